-- Writes a deploy's next revision, if nobody wrote one meanwhile; ends its claim and notes what stands there now.
-- KEYS: deploy, claim, standing of the service
-- ARGV: rev that this follows, state, record as JSON, 1 if it is over, environment, what stands there now as JSON or ''
-- Answers 1, or 0 when the revision is stale: then nothing was changed.
if redis.call('HGET', KEYS[1], 'rev') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'rev', ARGV[1] + 1, 'state', ARGV[2], 'record', ARGV[3])
if ARGV[4] == '1' then
  -- A claim belongs to one deploy: only its own fencing number ends it.
  if redis.call('HGET', KEYS[2], 'fence') == redis.call('HGET', KEYS[1], 'fence') then
    redis.call('DEL', KEYS[2])
    if ARGV[6] ~= '' then
      redis.call('HSET', KEYS[3], ARGV[5], ARGV[6])
    end
  end
end
return 1
