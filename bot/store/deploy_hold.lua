-- Lets a deploy wait without any claim: parked, or waiting for its approval. KEYS after PLACES: deploy-number, deploys of
-- the service, what the request became, held deploys, queue of the place, the deploy's own record where it has one
-- ARGV: now, state, record as JSON, what is wanted as JSON (admission.py says what stands in it)
-- Answers {"held", id} | {"same", id} | {"stale"}
--!include _streams
--!include _listed
local number, list, asked, held, queue, own = unpack(KEYS, 8)
local now, state, record = ARGV[1], ARGV[2], ARGV[3]
local want = cjson.decode(ARGV[4])
local id = want.id ~= '' and want.id or nil
if id then
  if redis.call('HGET', own, 'rev') ~= tostring(want.rev) then
    return {'stale'}
  end
  redis.call('HINCRBY', want.prefix .. id, 'rev', 1)
else
  local same = redis.call('GET', asked)
  if same then
    return {'same', same}
  end
  id = 'd-' .. redis.call('INCR', number)
  redis.call('SET', asked, id, 'EX', want.remember)
  listed(list, want.environment, now, want.life, id)
  redis.call('HSET', want.prefix .. id, 'v', 1, 'rev', 0, 'fence', 0)
end
redis.call('HSET', want.prefix .. id, 'state', state, 'record', record)
redis.call('EXPIRE', want.prefix .. id, want.life)
redis.call('ZADD', held, now, id)
if state ~= 'queued' then
  redis.call('ZREM', queue, id)
end
local function named(text)
  return (string.gsub(text, want.mark, id))
end
if want.judge ~= '' then
  enqueue('', 0, named(want.thing), named(want.judge))
end
return {'held', id}
