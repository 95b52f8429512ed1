-- Every claim was confirmed in this epoch. KEYS: epoch. ARGV: its number.
-- Answers 1, or 0 when the epoch is another one by now: then all is to be confirmed anew.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local epoch = redis.call('HMGET', KEYS[1], 'run', 'number')
if epoch[1] ~= run or epoch[2] ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'confirmed', ARGV[1])
return 1
