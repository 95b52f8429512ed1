-- Decides in one step whether a deploy may start, makes its record, and puts its first tick and its guard where they are
-- found: nothing can come between, so no claim is ever held by a deploy that nobody works on.
-- KEYS after PLACES: claim, fence, deploy-number, deploys of the service, what the request became, epoch
-- ARGV: now, record as JSON without id, fence and rev, key prefix of a deploy's record, life of a record, life of a
-- request; then, with a mark where its id belongs, thing, first tick, guard's timer and job; when the guard looks; the mark
-- Answers {"admitted", id, fence} | {"same", id} | {"refused", id of the deploy that holds the claim} | {"unconfirmed"}:
-- Redis is another server than the one on which the claims were confirmed
--!include _streams
local claim, fences, number, list, asked, epoch = unpack(KEYS, 8)
local now, record, prefix, life, remember, thing, tick, timer, guard, look, mark = unpack(ARGV)
local same = redis.call('GET', asked)
if same then
  return {'same', same}
end
local server = redis.call('HMGET', epoch, 'run', 'number', 'confirmed')
if server[1] ~= string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or server[2] ~= server[3] then
  return {'unconfirmed'}
end
local holder = redis.call('HGET', claim, 'deploy')
if holder then
  return {'refused', holder}
end
local id = 'd-' .. redis.call('INCR', number)
local fence = redis.call('INCR', fences)
local function named(text)
  return (string.gsub(text, mark, id))
end
redis.call('HSET', claim, 'deploy', id, 'fence', fence, 'since', now)
redis.call('HSET', prefix .. id, 'v', 1, 'rev', 0, 'state', 'requested', 'fence', fence, 'record', record)
redis.call('EXPIRE', prefix .. id, life)
redis.call('ZADD', list, now, id)
redis.call('ZREMRANGEBYRANK', list, 0, -1001)
redis.call('SET', asked, id, 'EX', remember)
enqueue('', 0, named(thing), named(tick))
set_timer(named(timer), look, pack('', 0, '', named(guard)))
return {'admitted', id, fence}
