-- The epoch, raised when this server is not the one that it was last time. KEYS: epoch.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if redis.call('HGET', KEYS[1], 'run') ~= run then
  redis.call('HSET', KEYS[1], 'run', run)
  return redis.call('HINCRBY', KEYS[1], 'number', 1)
end
return tonumber(redis.call('HGET', KEYS[1], 'number'))
