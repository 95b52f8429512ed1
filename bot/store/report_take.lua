-- Takes a deploy that another system did into the history, once, however often it is reported.
-- KEYS: what the report became, standing of the service, deploy-number, deploys of the service
-- ARGV: environment, id of the deploy that stood there when it was looked at or '', when it began, record as JSON, its
-- state, what stands there from then on as JSON or '', since when, prefix of records, their life, how long the report is
-- remembered, mark for the id in that JSON
-- Answers {"done", id} | {"same", id} | {"stale"}. What came there later than this stays what stands there.
--!include _listed
local report, standing, number, list = unpack(KEYS)
local environment, seen, began, record, state, stands, since, prefix, life, remember, mark = unpack(ARGV)
local same = redis.call('GET', report)
if same then
  return {'same', same}
end
local before = redis.call('HGET', standing, environment) or ''
local stood, from = '', 0
if before ~= '' then
  local ok, row = pcall(cjson.decode, before)
  if ok and type(row) == 'table' then
    stood, from = row.deploy or '', tonumber(row.since) or 0
  end
end
if stood ~= seen then
  return {'stale'}
end
local id = 'd-' .. redis.call('INCR', number)
redis.call('SET', report, id, 'EX', remember)
listed(list, environment, began, life, id)
redis.call('HSET', prefix .. id, 'v', 1, 'rev', 0, 'fence', 0, 'state', state, 'record', record)
redis.call('EXPIRE', prefix .. id, life)
if stands ~= '' and from <= tonumber(since) then
  redis.call('HSET', standing, environment, (string.gsub(stands, mark, id)))
end
return {'done', id}
