-- Lets somebody write to a system that has a limit on writing, or says when. Everybody's turn comes in the order of asking.
-- KEYS: what was written (by time), who waits (by when they asked first), who waits (by when they were told to come again),
-- until when nobody may
-- ARGV: now, mark of who asks or '' for what waits for nobody and yields to all, how many writes, how many are allowed in a
-- minute, in an hour, seconds after which who has not come again is gone
-- Answers {1} and they are counted; or {0, when it is worth asking again}
local used, line, due, gate = unpack(KEYS)
local now, mark, count, minute, hour, gone = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]),
  tonumber(ARGV[5]), tonumber(ARGV[6])
redis.call('ZREMRANGEBYSCORE', used, '-inf', now - 3600)
for _, one in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now - gone)) do
  redis.call('ZREM', line, one)
  redis.call('ZREM', due, one)
end
local need = count
if mark == '' then
  if redis.call('ZCARD', line) > 0 then
    return {0, tostring(now + 5)}
  end
else
  redis.call('ZADD', line, 'NX', now, mark)
  redis.call('EXPIRE', line, 86400)
  need = redis.call('ZRANK', line, mark) * 2 + count
end
-- When there will be room for that many within so many seconds.
local function room(span, most)
  local n = redis.call('ZCOUNT', used, '(' .. (now - span), '+inf')
  local over = n + need - most
  if over <= 0 then
    return now
  end
  local rounds = 0
  while over > n do
    over, rounds = over - most, rounds + 1
    if n == 0 then
      return now + rounds * span
    end
  end
  local place = math.max(over, 1) - n - 1
  return tonumber(redis.call('ZRANGE', used, place, place, 'WITHSCORES')[2]) + span * (rounds + 1)
end
local when = math.max(room(60, minute), room(3600, hour), tonumber(redis.call('GET', gate) or '0'))
if when > now then
  if mark ~= '' then
    redis.call('ZADD', due, when, mark)
    redis.call('EXPIRE', due, 86400)
  end
  return {0, tostring(when)}
end
redis.call('ZREM', line, mark)
redis.call('ZREM', due, mark)
for number = 1, count do
  redis.call('ZADD', used, now, string.format('%.6f', now) .. ':' .. mark .. ':' .. redis.call('ZCARD', used))
end
redis.call('EXPIRE', used, 3600)
return {1}
