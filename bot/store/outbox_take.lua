-- Take what is due. a: sender, lease, limit. Answers {flights, unreadable ids, when to look again or ''}
--!include _outbox
local GRAIN = 0.0005          -- seconds that cjson rounds a time by, and more
local SUSPICION = 1           -- seconds that a sender gets to say that it lives after its lease ran out
local LANES, DEPTH = 32, 8    -- lanes, and entries of each class in them, that are looked at in one call
local POSTS = {1, 8}          -- a second and channel, and at once
local SPARE = 2               -- of those at once that lines leave to new cards
-- One budget for the workspace, whoever sends: a second, and at once. In no minute that is more than Slack's tier of
-- 50, 100 or 300, and a little less, because calls do not arrive as evenly as they are sent.
local THREE, FOUR = {0.74, 4}, {1.48, 8}
local TIERS = {
  ['chat.postMessage'] = {4, 50},
  ['chat.update'] = THREE,
  ['conversations.history'] = THREE,
  ['conversations.open'] = THREE,
  ['chat.postEphemeral'] = FOUR,
  ['views.publish'] = FOUR,
  ['files.completeUploadExternal'] = FOUR,
}
local METHODS = {
  say = {'chat.postMessage'}, line = {'chat.postMessage'}, direct = {'chat.postMessage'}, home = {'views.publish'},
  ephemeral = {'chat.postEphemeral'}, file = {'files.completeUploadExternal'},
  check = {'conversations.history', 'chat.update'},
}

-- A bucket is "tokens stamp pause". Each is read once in a call, and written when something was taken out of it.
local read = {}
local function bucket(key, field, rate)
  local b = read[key .. ' ' .. field]
  if not b then
    local raw = redis.call('HGET', key, field) or ''
    local tokens, stamp, pause = string.match(raw, '^(%S+) (%S+) (%S+)$')
    tokens, stamp, pause = tonumber(tokens) or rate[2], tonumber(stamp) or now, tonumber(pause) or 0
    tokens = math.min(rate[2], tokens + math.max(0, now - stamp) * rate[1])
    b = {key = key, field = field, tokens = tokens, pause = pause, waiting = {}}
    read[key .. ' ' .. field] = b
  end
  return b
end

local function pour(b)
  b.tokens = b.tokens - 1
  redis.call('HSET', b.key, b.field, string.format('%.6f %.6f %.6f', b.tokens, now, b.pause))
  if b.key ~= budget then redis.call('EXPIRE', b.key, DAY) end
end

-- How many tokens there have to be for one to be taken: progress leaves half of them to others, and other changes
-- of state leave some to results.
local function need(e, burst)
  if e.prio >= PROGRESS then return 1 + burst / 2 end
  return e.prio == STATE and 1 + burst / 4 or 1
end

-- When this entry may go: now, or later. `spent` collects the buckets that it would take from, `short` tells
-- of the one that lacks most: who waits for it so far, in which class, and what it gets a second.
local function admitted(e, methods, spent)
  local when, short = e.at, nil
  local function ask(key, field, rate, enough)
    local b = bucket(key, field, rate)
    if b.pause > now then when = math.max(when, b.pause) end
    if b.tokens < enough then
      local filled = now + (enough - b.tokens) / rate[1]
      if filled > when then when, short = filled, {b.waiting, e.prio, rate[1]} end
    end
    spent[#spent + 1] = b
  end
  for _, method in ipairs(methods) do
    if TIERS[method] then ask(budget, method, TIERS[method], need(e, TIERS[method][2])) end
    if method == 'chat.postMessage' then
      ask(pace_of .. e.lane, 'posts', POSTS, e.kind == 'line' and 1 + SPARE or 1)
    end
  end
  return when, short
end

local function called(e, ts)
  if e.kind == 'card' and ts then return {'chat.update'} end
  local found = {}
  for _, method in ipairs(METHODS[e.kind == 'card' and 'say' or e.kind] or {}) do found[#found + 1] = method end
  if found[1] == 'chat.postMessage' then
    if e.doubt then found[2] = 'conversations.history' end
    if string.sub(e.lane, 1, 1) == '@' then found[#found + 1] = 'conversations.open' end
  end
  return found
end

local function classes(lane)  -- the ids at the head of each class of a lane, the most urgent first
  local ids = {}
  for _, class in ipairs({RESULT, STATE, NEWS, THREAD, PROGRESS}) do
    local least, most = class * CLASS, '(' .. string.format('%.0f', (class + 0.5) * CLASS)
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', lane_of .. lane, least, most, 'LIMIT', 0, DEPTH)) do
      ids[#ids + 1] = id
    end
  end
  return ids
end

local taken, broken = {}, {}
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', lanes, '-inf', now, 'LIMIT', 0, LANES)) do
  if #taken >= a.limit then break end
  local f, chosen, adopted, later, lacks, spent = flight_of(lane), nil, false, nil, nil, {}
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
      if chosen then
        chosen.doubt, chosen.doubted, adopted = true, true, true
        local _, ts = place(chosen)
        admitted(chosen, called(chosen, ts), spent)
      end
    end
  end
  if not later and not chosen then
    local pause = tonumber(redis.call('HGET', pace_of .. lane, 'pause')) or 0
    if pause > now then later = pause end
  end
  if not later and not chosen then
    for _, id in ipairs(classes(lane)) do
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
        local when, short = admitted(e, called(e, ts), spent)
        if when <= now + GRAIN then chosen = e break end
        if not later or when < later then later, lacks = when, short end
      end
    end
  end
  if chosen then
    for _, b in ipairs(spent) do pour(b) end
    local fence = redis.call('INCR', number)
    local channel, ts = place(chosen)
    if chosen.kind == 'card' and ts and chosen.prio >= PROGRESS then
      local paid = tonumber(redis.call('HGET', chosen.record, 'paid')) or 0
      redis.call('HSET', chosen.record, 'paid', math.max(now, paid) + EVERY)
    end
    chosen.first, chosen.urgent, chosen.step = chosen.first or now, nil, nil
    keep(chosen)
    redis.call('HSET', flights, lane, cjson.encode({
      entry = chosen.id, sender = a.sender, fence = fence, til = now + a.lease}))
    redis.call('ZADD', lanes, now + a.lease, lane)
    taken[#taken + 1] = {lane, fence, adopted and 1 or 0, cjson.encode(chosen),
                         redis.call('HGET', bodies, chosen.id) or '', channel or '', ts or ''}
  else
    if lacks then  -- who waits for the same bucket comes one after the other, not all at once for one token
      local waiting, prio, rate = unpack(lacks)
      local before = waiting[prio] or 0
      waiting[prio], later = before + 1, later + before / rate
    end
    lay_by(lane, later or now)
  end
end
local first = redis.call('ZRANGE', lanes, 0, 0, 'WITHSCORES')
return {taken, broken, first[2] or ''}
