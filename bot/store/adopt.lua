-- Take over entries of another worker, or find one's own again. KEYS: workers, stream.
-- ARGV: me, whose, what that one was last seen to say ('' for nothing), at most, then the entries to leave alone.
-- Nothing is taken from one who has said something new since.
-- An entry that two workers have left undone may be what they died of: such suspects are taken one at a time, after
-- all others, so that what merely was in the same hands is not counted with them.
-- Answers {1 for a suspect else 0, then {entry, deliveries, its fields} of each}.
local me, whose, said, most = unpack(ARGV)
if whose ~= me and (redis.call('HGET', KEYS[1], whose) or '') ~= said then return {0} end
local leave = {}
for i = 5, #ARGV do leave[ARGV[i]] = true end

local function found(entry)
  local there = redis.call('XRANGE', KEYS[2], entry[1], entry[1])[1]
  if not there then
    redis.call('XACK', KEYS[2], 'workers', entry[1])
    return nil
  end
  local deliveries = entry[4] + 1
  redis.call('XCLAIM', KEYS[2], 'workers', me, 0, entry[1], 'RETRYCOUNT', deliveries, 'JUSTID')
  return {entry[1], deliveries, there[2]}
end

local taken, suspects = {0}, {}
local held = redis.call('XPENDING', KEYS[2], 'workers', '-', '+', 1000, whose)
for _, entry in ipairs(held) do
  if leave[entry[1]] then
    -- it is in our hands
  elseif whose ~= me and entry[4] >= 2 then
    suspects[#suspects + 1] = entry
  elseif #taken <= tonumber(most) then
    taken[#taken + 1] = found(entry)
  end
end
if #taken == 1 and suspects[1] then taken = {1, found(suspects[1])} end
if whose ~= me and #held == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[2], 'workers', whose) end
return taken
