-- Binds a person to an e-mail at first sight; later notices that it changed, or that two have it.
-- KEYS: person, bound
-- ARGV: who, e-mail as Slack gives it now, now, prefix of person keys
-- Answers {why, was, other, since, fresh}: why is '' when all is well, else 'changed' or 'twice';
-- fresh is 1 when this very call suspended the rights.
local who, email, now = ARGV[1], ARGV[2], ARGV[3]
local was = redis.call('HGET', KEYS[1], 'email')
local claims = redis.call('HGET', KEYS[1], 'claims')

local function suspend(key, why, other)
  redis.call('HSET', key, 'suspended', why, 'suspended_since', now, 'other', other)
end

if was == email or claims == email then -- nothing new; an admin's word since then stands
  local state = redis.call('HMGET', KEYS[1], 'suspended', 'email', 'other', 'suspended_since')
  return {state[1] or '', state[2] or '', state[3] or '', state[4] or '', 0}
end

local first = redis.call('HGET', KEYS[2], email)
if not was then
  redis.call('HSET', KEYS[1], 'v', 1, 'who', who, 'email', email, 'since', now)
end
if first and first ~= who then
  redis.call('HSET', KEYS[1], 'claims', email)
  suspend(KEYS[1], 'twice', first)
  if redis.call('HGET', ARGV[4] .. first, 'email') == email then
    suspend(ARGV[4] .. first, 'twice', who) -- an e-mail that two have proves nothing of either
  end
  return {'twice', was or '', first, now, 1}
end
if was then
  redis.call('HSET', KEYS[1], 'claims', email)
  suspend(KEYS[1], 'changed', '')
  return {'changed', was, '', now, 1}
end
redis.call('HSET', KEYS[2], email, who)
return {'', email, '', '', 0}
