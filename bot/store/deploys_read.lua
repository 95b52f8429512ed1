-- Many records of deploys in one answer. KEYS: deploys
-- Answers for each its fields and values, {} where there is none or where somebody has put something else.
local found = {}
for number, key in ipairs(KEYS) do
  local row = redis.pcall('HGETALL', key)
  found[number] = row.err and {} or row
end
return found
