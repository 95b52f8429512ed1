-- The call has ended. a: lane, fence, id, kind, outcome, channel, ts, and what belongs to the outcome.
-- Answers {was it still ours, is this message one too many, ids that were given up}
--!include _outbox
local function bury(e, why, text, ids, where)
  leave(e)
  ids[#ids + 1] = e.id
  where = where or (e.asked or '') ~= '' and e.asked or e.lane
  report(e.id, why, text, where)
  if e.kind ~= 'card' and e.kind ~= 'home' then redis.call('SET', done_of .. e.id, '', 'EX', 7 * DAY) end
  if e.kind == 'card' then
    local wait = 'wait:' .. e.id
    for _, id in ipairs(redis.call('ZRANGE', lane_of .. wait, 0, -1)) do
      local line = head(id)
      if line then bury(line, why, '', ids, where) end
    end
    redis.call('DEL', lane_of .. wait)
    redis.call('ZREM', lanes, wait)
  end
end

local function move_all(from, to, at)
  for _, id in ipairs(redis.call('ZRANGE', lane_of .. from, 0, -1)) do
    local e = head(id)
    if e then
      if at then e.at = at end
      enter(e, to)
    end
  end
  redis.call('DEL', lane_of .. from)
  redis.call('ZREM', lanes, from)
end

local function remember()  -- what Slack took counts, whoever holds the lane by now; answers whether it is one too many
  if a.kind ~= 'card' and a.kind ~= 'home' and a.kind ~= 'check' then
    local was, is = redis.call('GET', done_of .. a.id), a.channel .. ' ' .. a.ts
    if was and was ~= is and a.ts ~= '' then return true end
    redis.call('SET', done_of .. a.id, is, 'EX', 7 * DAY)
  elseif a.kind ~= 'check' then
    local found = redis.call('HMGET', a.record, 'ts', 'sent')
    if a.posted and found[1] and found[1] ~= a.ts then return true end
    if a.posted then redis.call('HSET', a.record, 'channel', a.channel, 'ts', a.ts) end
    if (tonumber(found[2]) or -1) < a.version then redis.call('HSET', a.record, 'sent', a.version) end
    redis.call('HSET', a.record, 'edited', now)
    if a.posted then move_all('wait:' .. a.id, a.channel, now) end
  end
  return false
end

-- After an unknown outcome something may still arrive late: look once more, a little later. ARGV[3]: what for.
local function check_later()
  local id = 'check:' .. a.id
  if a.recheck then
    local e = head(id) or new(id, 'check')
    e.prio, e.at, e.record = PROGRESS, now + a.recheck, a.record
    enter(e, e.lane or (a.channel ~= '' and a.channel or a.lane))
  end
  if redis.call('HEXISTS', entries, id) == 1 then redis.call('HSET', bodies, id, ARGV[3]) end
end

local outcomes = {}

function outcomes.sent(e, mine)
  if e and e.version and e.version > a.version then
    if not mine then return end
    e.tries, e.doubt, e.first = 0, false, nil
    e.prio = e.urgent or (a.found and STATE) or PROGRESS
    e.at = e.prio < PROGRESS and now or next_edit(now, redis.call('HGET', e.record, 'paid'), e.step)
    redis.call('ZREM', lane_of .. e.lane, e.id)
    enter(e, a.channel ~= '' and a.channel or e.lane)
  elseif e then
    leave(e)
  end
end

function outcomes.again(e, mine)
  if not mine or not e then return end
  e.at, e.doubt = a.at, a.doubt
  if a.doubt then e.doubted = true end
  if a.counted then e.tries = e.tries + 1 end
  if a.close_method then
    redis.call('HSET', budget, a.close_method, string.format('%.6f %.6f %.6f', 0, now, a.at))
  end
  if a.close_lane then
    redis.call('HSET', pace_of .. a.lane, 'pause', a.at)
    redis.call('EXPIRE', pace_of .. a.lane, DAY)
  end
  enter(e, e.lane)
end

function outcomes.moved(e, mine, ids)
  if not mine or not e then return end
  if a.repost then  -- the message is gone: post it anew, once in a card's life
    redis.call('HDEL', e.record, 'ts')
    if redis.call('HINCRBY', e.record, 'reposts', 1) > 1 then return bury(e, a.why, '', ids) end
  end
  redis.call('ZREM', lane_of .. e.lane, e.id)
  if a.forget then redis.call('DEL', name_of .. a.forget) end
  e.kind, e.prio, e.hop, e.asked = a.to_kind, NEWS, a.hop, a.to
  e.tries, e.doubt, e.first, e.at = 0, false, nil, now
  if ARGV[3] ~= '' then redis.call('HSET', bodies, e.id, ARGV[3]) end
  enter(e, resolve(a.to))
end

function outcomes.given_up(e, mine, ids)
  if mine and e then bury(e, a.why, a.text, ids) end
end

local f = flight_of(a.lane)
local mine, ids, double = f and f.fence == a.fence, {}, false
if a.outcome == 'sent' then
  double = remember()
  check_later()
end
outcomes[a.outcome](head(a.id), mine, ids)
if mine then
  redis.call('HDEL', flights, a.lane)
  lay_by(a.lane, now)
  if a.learned then  -- a name has become an id: its lane goes on under the id
    redis.call('SET', name_of .. a.learned, a.channel, 'EX', DAY)
    if a.lane ~= a.channel then move_all(a.lane, a.channel) end
  end
end
return {mine and 1 or 0, double and 1 or 0, ids}
