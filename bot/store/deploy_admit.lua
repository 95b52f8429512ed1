-- Decides in one step whether a deploy may start: freeze, lock, quarantine, claim, queue and the version of the config. Where it may,
-- it has its claim, its record, its first tick and its guard in that same moment: nothing can come between.
-- KEYS after PLACES: claim, fence, deploy-number, deploys of the service, what the request became, epoch, locks,
-- freezes, queue of the place, config, what roll-backs took away there, the deploy's own record where it has one
-- ARGV: now, record as JSON without id, fence and rev, what is wanted as JSON (admission.py says what stands in it)
-- Answers {"admitted", id, fence} | {"queued", id, place} | {"same", id}
-- | {"refused", id of the deploy that holds the claim or "", ids before it in the queue, id of the roll-back that took its
-- commit away or "", and for each lock and freeze its kind, scope and JSON, a line each}
-- | {"stale"}: the deploy is not what it was | {"config"}: judged by another version of the config
-- | {"unconfirmed"}: Redis is another server than the one on which the claims were confirmed
--!include _streams
--!include _listed
local claim, fences, number, list, asked, epoch, locks, freezes, queue, config, taken, own = unpack(KEYS, 8)
local now, record = ARGV[1], ARGV[2]
local want = cjson.decode(ARGV[3])
local id = want.id ~= '' and want.id or nil
if not id then
  local same = redis.call('GET', asked)
  if same then
    return {'same', same}
  end
elseif redis.call('HGET', own, 'rev') ~= tostring(want.rev) then
  return {'stale'}
end
local server = redis.call('HMGET', epoch, 'run', 'number', 'confirmed')
if server[1] ~= string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or server[2] ~= server[3] then
  return {'unconfirmed'}
end
local in_force = redis.call('HGET', config, 'version')
if in_force and in_force ~= want.config then
  return {'config'}
end

local stops = {}
local function look(key, kind)
  if want.passes[kind] then return end
  for place, row in ipairs(redis.call('HMGET', key, unpack(want.scopes))) do
    if row then
      local whole = kind .. '\n' .. want.scopes[place] .. '\n' .. row
      local ok, lock = pcall(cjson.decode, row)
      -- What somebody broke by hand stops: nobody can say that it does not.
      local ends = ok and type(lock) == 'table' and lock['until']
      if type(ends) ~= 'number' or ends ~= ends then
        stops[#stops + 1] = whole
      elseif ends > tonumber(now) and lock.warning ~= true and (kind == 'freeze' or lock.by ~= want.by) then
        stops[#stops + 1] = whole
      end
    end
  end
end
look(freezes, 'freeze')
look(locks, 'lock')
local quarantined = ''
if want.commit ~= '' and not want.passes.quarantine then
  local rows = redis.call('HGETALL', taken)
  for at = 1, #rows, 2 do
    if string.find(rows[at + 1], want.commit, 1, true) then
      quarantined = rows[at]
    end
  end
end
local holder = redis.call('HGET', claim, 'deploy')
local before = {}
if not want.passes.queue then
  for _, other in ipairs(redis.call('ZRANGE', queue, 0, 20)) do
    if other == id then break end
    before[#before + 1] = other
  end
end

local function named(text)
  return (string.gsub(text, want.mark, id))
end
local function made(state)
  if not id then
    id = 'd-' .. redis.call('INCR', number)
    redis.call('SET', asked, id, 'EX', want.remember)
    listed(list, want.environment, now, want.life, id)
    redis.call('HSET', want.prefix .. id, 'v', 1, 'rev', 0, 'fence', 0)
  else
    redis.call('HINCRBY', want.prefix .. id, 'rev', 1)
  end
  redis.call('HSET', want.prefix .. id, 'state', state, 'record', record)
  redis.call('EXPIRE', want.prefix .. id, want.life)
end

local free = #stops == 0 and quarantined == ''
if free and not holder and #before == 0 then
  made('requested')
  local fence = redis.call('INCR', fences)
  redis.call('HSET', want.prefix .. id, 'fence', fence, 'seen', now)  -- a sign of life, however long it waited
  redis.call('HSET', claim, 'deploy', id, 'fence', fence, 'since', now)
  redis.call('ZREM', queue, id)
  redis.call('ZREM', want.held, id)
  enqueue('', 0, named(want.thing), named(want.tick))
  set_timer(named(want.timer), want.look, pack('', 0, '', named(want.guard)))
  return {'admitted', id, fence}
end
if free and want.queue then
  made('queued')
  redis.call('ZADD', queue, 'NX', want.since, id)
  redis.call('ZADD', want.held, now, id)
  enqueue('', 0, named(want.thing), named(want.judge))
  return {'queued', id, redis.call('ZRANK', queue, id) + 1}
end
local answer = {'refused', holder or '', table.concat(before, ' '), quarantined}
for _, row in ipairs(stops) do
  answer[#answer + 1] = row
end
return answer
