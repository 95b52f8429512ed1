-- Takes an override back. KEYS: overrides. ARGV: its id, since which time it must have been made
-- Answers the override as JSON | "late" | "gone"
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local ok, one = pcall(cjson.decode, member)
  if ok and type(one) == 'table' and one.id == ARGV[1] then
    if tonumber(one.made) < tonumber(ARGV[2]) then return 'late' end
    redis.call('ZREM', KEYS[1], member)
    return member
  end
end
return 'gone'
