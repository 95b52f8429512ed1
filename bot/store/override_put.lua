-- Lays an override over a rotation, if nobody laid another one there since it was shown.
-- KEYS: overrides. ARGV: now, override as JSON, seconds for which it is kept after its end, ids as they were seen
-- (of the same rotation and overlapping, sorted, with commas), '' for none, '*' for whatever is there
-- Answers "made" | "again" (the same id is there) | "changed"
local now, row, kept, seen = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4]
local new = cjson.decode(row)
local there = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.6f', new['since']), '+inf')) do
  local ok, one = pcall(cjson.decode, member)
  if ok and type(one) == 'table' then
    if one.id == new.id then return 'again' end
    if one.rotation == new.rotation and tonumber(one.since) < new['until'] then table.insert(there, one.id) end
  end
end
table.sort(there)
if seen ~= '*' and table.concat(there, ',') ~= seen then return 'changed' end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - kept)
redis.call('ZADD', KEYS[1], new['until'], row)
redis.call('EXPIRE', KEYS[1], math.ceil(kept))
return 'made'
