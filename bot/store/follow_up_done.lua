-- Notes that somebody looked into a waiver. KEYS: follow-ups. ARGV: the row as it was read, its time, the row as it is now
-- Answers 1, or 0 when somebody was quicker: then nothing was changed.
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
return 1
