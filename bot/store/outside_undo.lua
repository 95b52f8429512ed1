-- Takes back what outside_claim wrote, as long as nothing came after it: what stood there before stands again.
-- KEYS: deploy, claim, standing of the service
-- ARGV: environment, id, rev that this follows, record as JSON
-- Answers 1, or 0 where something came after it, or runs there: then nothing was changed.
local deploy, claim, standing = unpack(KEYS)
local environment, id, rev, record = unpack(ARGV)
local ok, row = pcall(cjson.decode, redis.call('HGET', standing, environment) or '')
if not ok or type(row) ~= 'table' or row.deploy ~= id then
  return 0
end
if redis.call('HGET', deploy, 'rev') ~= rev or redis.call('EXISTS', claim) == 1 then
  return 0
end
local before = redis.call('HGET', deploy, 'before')
if before and before ~= '' then
  redis.call('HSET', standing, environment, before)
else
  redis.call('HDEL', standing, environment)
end
redis.call('HSET', deploy, 'rev', rev + 1, 'state', 'cancelled', 'record', record)
return 1
