-- Notes what a system said of a place, and lets the note live on.
-- KEYS: heard of the service. ARGV: field, JSON, life in seconds
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
