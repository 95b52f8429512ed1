-- What the outbox's scripts share. Lanes (a channel, a person's home, a response_url) hold entries; one call of a
-- lane is in flight at a time.
--
-- An entry is a small head (JSON of scalars, in `entries`) and its body (opaque, in `bodies`). A lane is a sorted
-- set of entries by rank; `lanes` says when each lane is to be looked at next. Whoever takes a lane holds a flight
-- with a fencing number and a lease; a lease that ran out means that the outcome of that call is unknown ("doubt").
--
-- KEYS 1 entries 2 bodies 3 lanes 4 flights 5 budget 6 number 7 undeliverable 8 wake
--      9.. prefixes: lane, pace, done, name
-- ARGV 1 now 2 the rest as JSON, `a` below 3 body
local entries, bodies, lanes, flights, budget, number, undeliverable, wake = unpack(KEYS, 1, 8)
local lane_of, pace_of, done_of, name_of = unpack(KEYS, 9, 12)
local now, a = tonumber(ARGV[1]), cjson.decode(ARGV[2])

local DAY = 86400
-- What a card tells of its progress is paid for: some edits within the first minute, each after a longer pause (in
-- seconds, since its last edit of any kind), and then one each so many seconds.
local PAUSES, EVERY = {2, 5, 15}, 60
-- Whose turn it is in a lane: results, other state changes, what is new, what threads carry, progress.
local RESULT, STATE, NEWS, THREAD, PROGRESS = 0, 0.5, 1, 1.5, 2
local CLASS = 1e13

local function head(id)
  local raw = redis.call('HGET', entries, id)
  if not raw then return nil end
  local fine, e = pcall(cjson.decode, raw)
  if fine and type(e) == 'table' and e.kind and e.lane and tonumber(e.at) and tonumber(e.seq) then return e end
  return nil
end

local function keep(e) redis.call('HSET', entries, e.id, cjson.encode(e)) end

local function look_at(lane, when)
  local was = redis.call('ZSCORE', lanes, lane)
  if not was or tonumber(was) > when then redis.call('ZADD', lanes, when, lane) end
end

local function enter(e, lane)
  e.lane = lane
  keep(e)
  -- Progress goes by when it may, so that no card waits for ever behind others; all else by when it was said.
  local rank = e.prio >= PROGRESS and math.floor(e.at * 1000) or e.seq
  redis.call('ZADD', lane_of .. lane, e.prio * CLASS + rank, e.id)
  look_at(lane, e.at)
end

local function leave(e)
  redis.call('ZREM', lane_of .. e.lane, e.id)
  redis.call('HDEL', entries, e.id)
  redis.call('HDEL', bodies, e.id)
end

local function lay_by(lane, when)  -- the lane rests until `when`, or for good when nothing is in it
  if redis.call('ZCARD', lane_of .. lane) == 0 then
    redis.call('ZREM', lanes, lane)
  else
    redis.call('ZADD', lanes, when, lane)
  end
end

local function resolve(lane) return redis.call('GET', name_of .. lane) or lane end

local function report(id, why, text, where)
  redis.call('LPUSH', undeliverable, cjson.encode({id = id, why = why, at = now, text = text, where = where}))
  redis.call('LTRIM', undeliverable, 0, 999)
end

local function place(e)  -- channel and ts of the card; third: what stands under its key is not ours
  if not e.record then return nil, nil, false end
  local found = redis.pcall('HMGET', e.record, 'channel', 'ts')
  if found.err then return nil, nil, true end
  return found[1] or nil, found[2] or nil, false
end

local function flight_of(lane)
  local raw = redis.call('HGET', flights, lane)
  if not raw then return nil end
  local fine, f = pcall(cjson.decode, raw)
  if fine and type(f) == 'table' and f.entry and tonumber(f.til) then return f end
  redis.call('HDEL', flights, lane)
  return nil
end

local function new(id, kind)
  -- What a thread carries comes after what begins something: a busy channel's new card does not wait for it.
  return {id = id, kind = kind, prio = kind == 'line' and THREAD or NEWS, at = now, since = now, seq = redis.call('INCR', number), tries = 0,
          doubt = false, hop = 0, request = a.request, asked = a.lane}
end

-- When a card may tell of its progress again. edited: its last edit; paid: until when its edits are paid for; step:
-- whether another step has begun, which is worth one of the quick edits; what counts on within a step is not.
local function next_edit(edited, paid, step)
  edited, paid = tonumber(edited) or 0, tonumber(paid) or 0
  local open = math.max(0, math.ceil((paid - now) / EVERY))
  local pause = step and (PAUSES[open + 1] or PAUSES[#PAUSES]) or EVERY
  return math.max(now, edited + pause, paid - (#PAUSES - 1) * EVERY)
end
