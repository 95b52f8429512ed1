-- Take what is due. a: sender, lease, limit. Answers {flights, unreadable ids, when to look again or ''}
--!include _outbox
local GRAIN = 0.0005          -- seconds that cjson rounds a time by, and more
local SUSPICION = 1           -- seconds that a sender gets to say that it lives after its lease ran out
local LANES, DEPTH = 32, 20  -- looked at in one call, so that it never holds Redis for long
local POSTS = {1, 8}          -- a second and channel, and at once
local SPARE = 2               -- of those at once that lines leave to new cards
local TIERS = {               -- a second, and at once; Slack's tiers with something to spare
  ['chat.postMessage'] = {5, 100},
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
  if method == 'chat.postMessage' then
    ask(pace_of .. e.lane, 'posts', POSTS, e.kind == 'line' and 1 + SPARE or 1)
  end
  return when
end

local function called(e, ts)
  if e.kind == 'card' then return ts and 'chat.update' or 'chat.postMessage' end
  return METHODS[e.kind] or ''
end

local taken, broken = {}, {}
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', lanes, '-inf', now, 'LIMIT', 0, LANES)) do
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
    for _, id in ipairs(redis.call('ZRANGE', lane_of .. lane, 0, DEPTH - 1)) do
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
