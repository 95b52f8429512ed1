-- Takes what somebody brought to a place without Grail into the history, as the deploy that stands there now.
-- KEYS: claim, standing of the service, deploy-number, deploys of the service, what the request became
-- ARGV: environment, id of the deploy that stood there when it was looked at or '', now, record as JSON, what stands there
-- from then on as JSON, prefix of records, their life, how long the request is remembered, mark for the id in that JSON
-- Answers {"done", id} | {"same", id} | {"held", id of the deploy that runs there} | {"stale"}
--!include _listed
local claim, standing, number, list, asked = unpack(KEYS)
local environment, seen, now, record, stands, prefix, life, remember, mark = unpack(ARGV)
local same = redis.call('GET', asked)
if same then
  return {'same', same}
end
local holder = redis.call('HGET', claim, 'deploy')
if holder then
  return {'held', holder}
end
local before = redis.call('HGET', standing, environment) or ''
local stood = ''
if before ~= '' then
  local ok, row = pcall(cjson.decode, before)
  stood = ok and type(row) == 'table' and row.deploy or ''
end
if stood ~= seen then
  return {'stale'}
end
local id = 'd-' .. redis.call('INCR', number)
redis.call('SET', asked, id, 'EX', remember)
listed(list, environment, now, life, id)
redis.call('HSET', prefix .. id, 'v', 1, 'rev', 0, 'fence', 0, 'state', 'succeeded', 'record', record, 'before', before)
redis.call('EXPIRE', prefix .. id, life)
redis.call('HSET', standing, environment, (string.gsub(stands, mark, id)))
return {'done', id}
