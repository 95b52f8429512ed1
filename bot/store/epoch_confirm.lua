-- A machine has looked after all of its claims and runs in this epoch. KEYS: epoch. ARGV: its number, the machine, then the
-- other machines that are known to work: the epoch is confirmed when the last of them has looked.
-- Answers 1, or 0 when one of them has not, or when the epoch is another one by now: then all is to be looked at anew.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local epoch = redis.call('HMGET', KEYS[1], 'run', 'number')
if epoch[1] ~= run or epoch[2] ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'looked:' .. ARGV[2], ARGV[1])
for i = 3, #ARGV do
  if redis.call('HGET', KEYS[1], 'looked:' .. ARGV[i]) ~= ARGV[1] then
    return 0
  end
end
redis.call('HSET', KEYS[1], 'confirmed', ARGV[1])
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do -- machines of long ago
  if string.find(all[i], 'looked:', 1, true) == 1 and all[i + 1] ~= ARGV[1] then
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return 1
