-- Sets a lock or a freeze. KEYS: locks (or freezes), number, timers, timer-rows
-- ARGV: now, scope, the lock as JSON without its number, who, number of the one that may be taken over ('' for none),
-- id of the timer that ends it, row of that timer, until, number of the one that it has to follow ('' for whatever is there)
-- Answers {"set", number} | {"held", the one that stands there as JSON} | {"gone"}: it would not follow that one
local now, scope, lock, who, over, timer, row, ends, follows = unpack(ARGV)
local standing = redis.call('HGET', KEYS[1], scope)
if follows ~= '' then
  local ok, one = pcall(cjson.decode, standing or '')
  if not ok or type(one) ~= 'table' or tostring(one.number) ~= follows then
    return {'gone', ''}
  end
end
if standing then
  local ok, other = pcall(cjson.decode, standing)
  ok = ok and type(other) == 'table'
  local til = ok and other['until']
  local lives = type(til) ~= 'number' or til ~= til or til > tonumber(now)  -- what is no time does not end
  if lives and not (ok and (other.by == who or tostring(other.number) == over)) then
    return {'held', standing}
  end
end
local number = redis.call('INCR', KEYS[2])
-- cjson would write long numbers short, so the number is put in by hand.
redis.call('HSET', KEYS[1], scope, '{"number":' .. number .. ',' .. string.sub(lock, 2))
redis.call('HSET', KEYS[4], timer, row)
redis.call('ZADD', KEYS[3], ends, timer)
return {'set', number}
