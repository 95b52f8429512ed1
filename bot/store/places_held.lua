-- Which places a deploy holds. KEYS: the claim of each place
-- Answers {number of the key, id of its deploy, …} for those that are held; what somebody broke by hand counts as free.
local found = {}
for number, key in ipairs(KEYS) do
  local id = redis.pcall('HGET', key, 'deploy')
  if type(id) == 'string' then
    found[#found + 1] = number
    found[#found + 1] = id
  end
end
return found
