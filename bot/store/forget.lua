-- Forget a worker that is gone. KEYS: workers. ARGV: its name, what it was last seen to say.
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
return 1
