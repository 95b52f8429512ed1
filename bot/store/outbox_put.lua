-- Put an entry into the outbox. Answers 0: known already, 1: kept, 2: folded into one that waits.
--!include _outbox
-- What is sent once an id: a line, something said, an answer. a: id, kind, lane, record and wait (of the card it hangs on)
local function once()
  if redis.call('EXISTS', done_of .. a.id) == 1 or redis.call('HEXISTS', entries, a.id) == 1 then return 0 end
  local e, lane = new(a.id, a.kind), a.lane
  if a.kind == 'ephemeral' then e.prio = RESULT end
  if a.record then
    e.record = a.record
    local channel, ts = place(e)
    if ts then lane = channel else lane, e.at = a.wait, now + 3600 end
  end
  redis.call('HSET', bodies, a.id, ARGV[3])
  enter(e, resolve(lane))
  return 1
end

-- Of which only the newest counts: a card, a home tab. a: id, kind, lane, record, version, state, step, result, life
local function newest()
  local found = redis.call('HMGET', a.record, 'version', 'channel', 'ts', 'edited', 'state', 'step', 'paid')
  if found[1] and (tonumber(found[1]) or -1) >= a.version then return 0 end
  redis.call('HSET', a.record, 'version', a.version, 'state', a.state or '', 'step', a.step or '')
  redis.call('EXPIRE', a.record, a.life)
  redis.call('HSET', bodies, a.id, ARGV[3])
  local e, standing = head(a.id), found[3] or a.kind == 'home'
  local answer = e and 2 or 1
  local step = (a.step or '') ~= (found[6] or '')
  if not e then
    e = new(a.id, a.kind)
    e.record, e.lane = a.record, standing and found[2] or resolve(a.lane)
    if standing then e.prio, e.at = PROGRESS, next_edit(found[4], found[7], step) end
  elseif step and e.prio >= PROGRESS then
    e.at = math.min(e.at, next_edit(found[4], found[7], true))
  end
  e.version = a.version
  e.step = e.step or step or nil
  if a.request ~= '' then e.request = a.request end
  if not a.state or a.state ~= (found[5] or '') then
    e.urgent = math.min(e.urgent or STATE, a.result and RESULT or STATE)
    if standing then
      -- Among its like it comes after those before it, however long its progress has waited by then.
      if e.urgent < e.prio then e.seq = redis.call('INCR', number) end
      e.prio, e.at = math.min(e.prio, e.urgent), math.min(e.at, now)
    end
  end
  enter(e, e.lane)
  return answer
end

local answer = a.version and newest() or once()
if a.wake then  -- no sender in that process: wake one in another
  redis.call('LPUSH', wake, 1)
  redis.call('LTRIM', wake, 0, 15)
  redis.call('EXPIRE', wake, 3600)
end
return answer
