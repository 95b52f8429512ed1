-- What leaves for Slack: lanes (a channel, a person's home, a response_url) with one call in flight each.
--
-- An entry is a small head (JSON of scalars, in `entries`) and its body (opaque, in `bodies`). A lane is a sorted
-- set of entries by rank; `lanes` says when each lane is to be looked at next. Whoever takes a lane holds a flight
-- with a fencing number and a lease; a lease that ran out means that the outcome of that call is unknown ("doubt").
--
-- KEYS 1 entries 2 bodies 3 lanes 4 flights 5 budget 6 number 7 undeliverable 8 wake
--      9.. prefixes: lane, pace, done, name, card
-- ARGV 1 what 2 now 3 the rest as JSON [4 body]
local entries, bodies, lanes, flights, budget, number, undeliverable, wake = unpack(KEYS, 1, 8)
local lane_of, pace_of, done_of, name_of, card_of = unpack(KEYS, 9, 13)
local what, now, a = ARGV[1], tonumber(ARGV[2]), cjson.decode(ARGV[3])

local DAY = 86400
local GRAIN = 0.0005          -- seconds that cjson rounds a time by, and more
local EDIT_PAUSE = 2          -- seconds between two edits of one card that are no state changes
local SUSPICION = 1           -- seconds that a sender gets to say that it lives after its lease ran out
local POSTS = {1, 8}          -- a second and channel, and at once
local TIERS = {               -- a second, and at once; Slack's tiers with something to spare
  ['chat.postMessage'] = {10, 50},
  ['chat.update'] = {0.8, 30},
  ['chat.postEphemeral'] = {1.6, 50},
  ['views.publish'] = {1.6, 50},
  ['files.completeUploadExternal'] = {1.6, 20},
  ['conversations.history'] = {0.8, 20},
}
local METHODS = {
  say = 'chat.postMessage', line = 'chat.postMessage', direct = 'chat.postMessage', home = 'views.publish',
  ephemeral = 'chat.postEphemeral', file = 'files.completeUploadExternal', check = 'conversations.history',
}

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
  redis.call('ZADD', lane_of .. lane, e.prio * 1e13 + e.seq, e.id)
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

local function report(id, why, text)
  redis.call('LPUSH', undeliverable, cjson.encode({id = id, why = why, at = now, text = text}))
  redis.call('LTRIM', undeliverable, 0, 999)
end

-- A bucket is "tokens stamp pause". Returns what is in it now, and until when it is closed.
local function bucket(key, field, rate)
  local raw = redis.call('HGET', key, field) or ''
  local tokens, stamp, pause = string.match(raw, '^(%S+) (%S+) (%S+)$')
  tokens, stamp, pause = tonumber(tokens) or rate[2], tonumber(stamp) or now, tonumber(pause) or 0
  return math.min(rate[2], tokens + math.max(0, now - stamp) * rate[1]), pause
end

local function pour(key, field, tokens, pause)
  redis.call('HSET', key, field, string.format('%.6f %.6f %.6f', tokens, now, pause))
end

-- When this entry may go: now, or later. `buckets` collects what it would use up.
local function admitted(e, method, buckets)
  local when = e.at
  local function ask(key, field, rate, need)
    local tokens, pause = bucket(key, field, rate)
    if pause > now then when = math.max(when, pause) end
    if tokens < need then when = math.max(when, now + (need - tokens) / rate[1]) end
    buckets[#buckets + 1] = {key, field, tokens - 1, pause}
  end
  local tier = TIERS[method]
  if tier then ask(budget, method, tier, e.prio == 2 and 1 + tier[2] / 2 or 1) end  -- counters leave half to others
  if method == 'chat.postMessage' then ask(pace_of .. e.lane, 'posts', POSTS, 1) end
  return when
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

local function called(e, ts)
  if e.kind == 'card' then return ts and 'chat.update' or 'chat.postMessage' end
  return METHODS[e.kind] or ''
end

local function new(id, kind)
  return {id = id, kind = kind, prio = 1, at = now, since = now, seq = redis.call('INCR', number), tries = 0,
          doubt = false, hop = 0, request = a.request, asked = a.lane}
end

local actions = {}

-- Once an id: a line, something said, an answer. a: id, kind, lane, record and wait (of the card it hangs on)
function actions.once()
  if redis.call('EXISTS', done_of .. a.id) == 1 or redis.call('HEXISTS', entries, a.id) == 1 then return 0 end
  local e, lane = new(a.id, a.kind), a.lane
  if a.kind == 'ephemeral' then e.prio = 0 end
  if a.record then
    e.record = a.record
    local channel, ts = place(e)
    if ts then lane = channel else lane, e.at = a.wait, now + 3600 end
  end
  redis.call('HSET', bodies, a.id, ARGV[4])
  enter(e, resolve(lane))
  return 1
end

-- The newest of its kind: a card, a home tab. a: id, kind, lane, record, version, urgent, life
function actions.newest()
  local found = redis.call('HMGET', a.record, 'version', 'channel', 'ts', 'edited')
  if found[1] and (tonumber(found[1]) or -1) >= a.version then return 0 end
  redis.call('HSET', a.record, 'version', a.version)
  redis.call('EXPIRE', a.record, a.life)
  redis.call('HSET', bodies, a.id, ARGV[4])
  local e, standing = head(a.id), found[3] or a.kind == 'home'
  local answer = e and 2 or 1
  if not e then
    e = new(a.id, a.kind)
    e.record, e.lane = a.record, standing and found[2] or resolve(a.lane)
    if standing then
      e.prio = 2
      e.at = math.max(now, (tonumber(found[4]) or 0) + EDIT_PAUSE)
    end
  end
  e.version = a.version
  if a.request ~= '' then e.request = a.request end
  if a.urgent then
    e.urgent = true
    if standing then e.prio, e.at = 0, math.min(e.at, now) end
  end
  enter(e, e.lane)
  return answer
end

-- Take what is due. a: sender, lease, limit. Answers {flights, unreadable ids, when to look again or ''}
function actions.take()
  local taken, broken = {}, {}
  for _, lane in ipairs(redis.call('ZRANGEBYSCORE', lanes, '-inf', now, 'LIMIT', 0, 64)) do
    if #taken >= a.limit then break end
    local f, chosen, adopted, later, spent = flight_of(lane), nil, false, nil, {}
    if f then
      if f.sender == a.sender then
        later = now + a.lease
      elseif f.til > now then
        later = f.til
      elseif not f.suspect then
        f.suspect, f.til, later = true, now + SUSPICION, now + SUSPICION
        redis.call('HSET', flights, lane, cjson.encode(f))
      else
        redis.call('HDEL', flights, lane)
        chosen = head(f.entry)
        if chosen then chosen.doubt, chosen.doubted, adopted = true, true, true end
      end
    end
    if not later and not chosen then
      local pause = tonumber(redis.call('HGET', pace_of .. lane, 'pause')) or 0
      if pause > now then later = pause end
    end
    if not later and not chosen then
      for _, id in ipairs(redis.call('ZRANGE', lane_of .. lane, 0, 99)) do
        local e = head(id)
        local _, ts, odd = place(e or {})
        if not e or odd then
          redis.call('ZREM', lane_of .. lane, id)
          redis.call('HDEL', entries, id)
          redis.call('HDEL', bodies, id)
          report(id, 'what stood under it could not be read', '')
          broken[#broken + 1] = id
        else
          spent = {}
          local when = admitted(e, called(e, ts), spent)
          if when <= now + GRAIN then chosen = e break end
          later = math.min(later or when, when)
        end
      end
    end
    if chosen then
      for _, b in ipairs(spent) do
        pour(b[1], b[2], b[3], b[4])
        if b[1] ~= budget then redis.call('EXPIRE', b[1], DAY) end
      end
      local fence = redis.call('INCR', number)
      local channel, ts = place(chosen)
      chosen.first, chosen.urgent = chosen.first or now, nil
      keep(chosen)
      redis.call('HSET', flights, lane, cjson.encode({
        entry = chosen.id, sender = a.sender, fence = fence, til = now + a.lease}))
      redis.call('ZADD', lanes, now + a.lease, lane)
      taken[#taken + 1] = {lane, fence, adopted and 1 or 0, cjson.encode(chosen),
                           redis.call('HGET', bodies, chosen.id) or '', channel or '', ts or ''}
    else
      lay_by(lane, later or now)
    end
  end
  local first = redis.call('ZRANGE', lanes, 0, 0, 'WITHSCORES')
  return {taken, broken, first[2] or ''}
end

-- I live, and so do my calls. a: sender, lease
function actions.beat()
  local all = redis.call('HGETALL', flights)
  for i = 1, #all, 2 do
    local f = flight_of(all[i])
    if f and f.sender == a.sender then
      f.til, f.suspect = now + a.lease, nil
      redis.call('HSET', flights, all[i], cjson.encode(f))
    end
  end
  return 0
end

local function bury(e, why, text, ids)
  leave(e)
  ids[#ids + 1] = e.id
  report(e.id, why, text)
  if e.kind ~= 'card' and e.kind ~= 'home' then redis.call('SET', done_of .. e.id, '', 'EX', 7 * DAY) end
  if e.kind == 'card' then
    local wait = 'wait:' .. e.id
    for _, id in ipairs(redis.call('ZRANGE', lane_of .. wait, 0, -1)) do
      local line = head(id)
      if line then bury(line, why, '', ids) end
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

-- After an unknown outcome something may still arrive late: look once more, a little later. ARGV[4]: what for.
local function check_later()
  local id = 'check:' .. a.id
  if a.recheck then
    local e = head(id) or new(id, 'check')
    e.prio, e.at, e.record = 2, now + a.recheck, a.record
    enter(e, e.lane or (a.channel ~= '' and a.channel or a.lane))
  end
  if redis.call('HEXISTS', entries, id) == 1 then redis.call('HSET', bodies, id, ARGV[4]) end
end

local outcomes = {}

function outcomes.sent(e, mine)
  if e and e.version and e.version > a.version then
    if not mine then return end
    e.tries, e.doubt, e.first = 0, false, nil
    e.prio = (e.urgent or a.found) and 0 or 2
    e.at = e.prio == 0 and now or now + EDIT_PAUSE
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
  if a.close_method then pour(budget, a.close_method, 0, a.at) end
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
  e.kind, e.prio, e.hop, e.asked = a.to_kind, 1, a.hop, a.to
  e.tries, e.doubt, e.first, e.at = 0, false, nil, now
  if ARGV[4] ~= '' then redis.call('HSET', bodies, e.id, ARGV[4]) end
  enter(e, resolve(a.to))
end

function outcomes.given_up(e, mine, ids)
  if mine and e then bury(e, a.why, a.text, ids) end
end

-- The call has ended. a: lane, fence, id, kind, outcome, channel, ts, and what belongs to the outcome.
-- Answers {was it still ours, is this message one too many, ids that were given up}
function actions.settle()
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
end

local answer = actions[what]()
if a.wake then
  redis.call('LPUSH', wake, 1)
  redis.call('LTRIM', wake, 0, 15)
  redis.call('EXPIRE', wake, 3600)
end
return answer
