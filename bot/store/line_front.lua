-- Lets a deploy be the next in line. KEYS: queue of the place; ARGV: id of the deploy
-- Answers 1, or 0 when it does not stand in line (any more): then nothing was changed.
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return 0
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if first[1] ~= ARGV[1] then
  redis.call('ZADD', KEYS[1], tonumber(first[2]) - 1, ARGV[1])
end
return 1
