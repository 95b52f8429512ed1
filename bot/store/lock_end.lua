-- Ends a lock or a freeze and wakes what waits for it. KEYS after PLACES: locks (or freezes)
-- ARGV: scope, number that it must have ('' for any), id of its timer, job that wakes what waits
-- Answers the one that was ended as JSON, or nil when there was none (any more).
--!include _streams
local locks = KEYS[8]
local scope, number, timer, wake = unpack(ARGV)
local standing = redis.call('HGET', locks, scope)
if not standing then
  return nil
end
if number ~= '' then
  local ok, lock = pcall(cjson.decode, standing)
  if ok and type(lock) == 'table' and tostring(lock.number) ~= number then
    return nil
  end
end
redis.call('HDEL', locks, scope)
redis.call('ZREM', TIMERS, timer)
redis.call('HDEL', ROWS, timer)
enqueue('', 0, '', wake)
return standing
