-- Nobody may write before a time; an earlier one changes nothing. KEYS: until when. ARGV: time, now, seconds it lives at most
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > math.max(known, tonumber(ARGV[2])) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
end
return 1
