-- Writes down what the reports of a commit come to, unless that was written with more of them already.
-- KEYS: the commit's coverage. ARGV: how many reports it is of, the sum
local coverage = KEYS[1]
local of, sum = unpack(ARGV, 1, 2)
if redis.call('EXISTS', coverage) == 1 and tonumber(redis.call('HGET', coverage, 'of') or '0') <= tonumber(of) then
  redis.call('HSET', coverage, 'of', of, 'sum', sum)
end
