-- Keeps one report of a commit beside the others; the same one again changes nothing.
-- KEYS: the commit's coverage. ARGV: field of the report, report, most reports, most bytes of all, life in seconds
-- Answers how many there are now, or -1 where there is no room for it.
local coverage = KEYS[1]
local field, report, most, most_bytes, life = unpack(ARGV, 1, 5)
local count = tonumber(redis.call('HGET', coverage, 'reports') or '0')
if redis.call('HEXISTS', coverage, field) == 0 then
  local bytes = tonumber(redis.call('HGET', coverage, 'bytes') or '0')
  if count >= tonumber(most) or bytes + #report > tonumber(most_bytes) then
    return -1
  end
  count = count + 1
  redis.call('HSET', coverage, field, report, 'reports', count, 'bytes', bytes + #report)
end
redis.call('EXPIRE', coverage, life)
return count
