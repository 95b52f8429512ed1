-- An admin says that this person is who the e-mail says: the binding moves to it and the rights are back.
-- KEYS: person, bound
-- ARGV: who, now, who confirmed
-- Answers the e-mail that now holds, or '' when nothing waited to be confirmed.
if (redis.call('HGET', KEYS[1], 'suspended') or '') == '' then
  return ''
end
local was = redis.call('HGET', KEYS[1], 'email')
local email = redis.call('HGET', KEYS[1], 'claims') or was
if was ~= email and redis.call('HGET', KEYS[2], was) == ARGV[1] then
  redis.call('HDEL', KEYS[2], was)
end
redis.call('HSET', KEYS[2], email, ARGV[1])
redis.call('HSET', KEYS[1], 'email', email, 'since', ARGV[2], 'confirmed_by', ARGV[3])
redis.call('HDEL', KEYS[1], 'claims', 'suspended', 'suspended_since', 'other')
return email
