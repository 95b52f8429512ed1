-- Set or cancel one timer. KEYS: timers, timer-rows. ARGV: id, then when and row to set it.
-- Answers how many there were before (0 or 1).
if #ARGV == 1 then
  redis.call('HDEL', KEYS[2], ARGV[1])
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1 - redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
