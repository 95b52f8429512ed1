-- Decides in one step whether a deploy may start, and makes its record.
-- KEYS: claim, fence, deploy-number, deploys of the service, what the request became
-- ARGV: now, record as JSON without id, fence and rev, key prefix of a deploy's record, life of a record, life of a request
-- Answers {"admitted", id, fence} | {"same", id} | {"refused", id of the deploy that holds the claim}
local same = redis.call('GET', KEYS[5])
if same then
  return {'same', same}
end
local holder = redis.call('HGET', KEYS[1], 'deploy')
if holder then
  return {'refused', holder}
end
local id = 'd-' .. redis.call('INCR', KEYS[3])
local fence = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'deploy', id, 'fence', fence, 'since', ARGV[1])
redis.call('HSET', ARGV[3] .. id, 'v', 1, 'rev', 0, 'state', 'requested', 'fence', fence, 'record', ARGV[2])
redis.call('EXPIRE', ARGV[3] .. id, ARGV[4])
redis.call('ZADD', KEYS[4], ARGV[1], id)
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1001)
redis.call('SET', KEYS[5], id, 'EX', ARGV[5])
return {'admitted', id, fence}
