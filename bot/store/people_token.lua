-- Gives a person's terminal a new token and voids the one before.
-- KEYS: person, tokens
-- ARGV: who, hash of the token, now
local old = redis.call('HGET', KEYS[1], 'token')
if old then
  redis.call('HDEL', KEYS[2], old)
end
redis.call('HSET', KEYS[1], 'token', ARGV[2], 'token_since', ARGV[3])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
return 1
