-- Writes one line into a record that is kept short: a sorted set by time.
-- KEYS: the record. ARGV: line, time, line that it replaces or "", how many are kept, life in seconds or 0
local record = KEYS[1]
local line, at, gone, most, life = unpack(ARGV, 1, 5)
if gone ~= '' then
  redis.call('ZREM', record, gone)
end
redis.call('ZADD', record, at, line)
redis.call('ZREMRANGEBYRANK', record, 0, -tonumber(most) - 1)
if tonumber(life) > 0 then
  redis.call('EXPIRE', record, life)
end
