-- Take over entries of another worker, or find one's own again. KEYS: workers, stream.
-- ARGV: me, whose, what that one was last seen to say ('' for nothing), at most, then the entries to leave alone.
-- Nothing is taken from one who has said something new since.
-- Answers {entry, deliveries, its fields} of each. Once nothing is left, the other one is forgotten.
local me, whose, said, most = unpack(ARGV)
if whose ~= me and (redis.call('HGET', KEYS[1], whose) or '') ~= said then return {} end
local leave = {}
for i = 5, #ARGV do leave[ARGV[i]] = true end
local taken = {}
local held = redis.call('XPENDING', KEYS[2], 'workers', '-', '+', tonumber(most) + #ARGV - 4, whose)
for _, entry in ipairs(held) do
  local id, deliveries = entry[1], entry[4]
  if not leave[id] and #taken < tonumber(most) then
    local found = redis.call('XRANGE', KEYS[2], id, id)[1]
    if found then
      taken[#taken + 1] = {id, deliveries + 1, found[2]}
      redis.call('XCLAIM', KEYS[2], 'workers', me, 0, id, 'RETRYCOUNT', deliveries + 1, 'JUSTID')
    else
      redis.call('XACK', KEYS[2], 'workers', id)
    end
  end
end
if whose ~= me and #held == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[2], 'workers', whose) end
return taken
