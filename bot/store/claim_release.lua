-- Ends a claim whose deploy is over or gone, by its own fencing number, and wakes what waits for the place.
-- KEYS after PLACES: claim, held deploys. ARGV: fence, job that wakes what waits. Answers 1, or 0: it is another one's.
--!include _streams
local claim, held = unpack(KEYS, 8)
if redis.call('HGET', claim, 'fence') ~= ARGV[1] then
  return 0
end
redis.call('DEL', claim)
if redis.call('ZCARD', held) > 0 then
  enqueue('', 0, '', ARGV[2])
end
return 1
