-- Forgets a person.
-- KEYS: person, bound, tokens, preferences
-- ARGV: who
local email = redis.call('HGET', KEYS[1], 'email')
local token = redis.call('HGET', KEYS[1], 'token')
if email and redis.call('HGET', KEYS[2], email) == ARGV[1] then
  redis.call('HDEL', KEYS[2], email)
end
if token then
  redis.call('HDEL', KEYS[3], token)
end
return redis.call('DEL', KEYS[1], KEYS[4])
