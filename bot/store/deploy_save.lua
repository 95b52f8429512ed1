-- Writes a deploy's next revision, if nobody wrote one meanwhile; when it is over, ends its claim, notes what stands there
-- now, and wakes what waits for the place.
-- KEYS after PLACES: deploy, claim, standing of the service, queue of the place, held deploys
-- ARGV: rev that this follows, state, record as JSON, 1 if it is over, environment, what stands there now as JSON or '',
-- id of the deploy, job that wakes what waits
-- Answers 1, or 0 when the revision is stale: then nothing was changed.
--!include _streams
local deploy, claim, standing, queue, held = unpack(KEYS, 8)
local rev, state, record, over, environment, stands, id, wake = unpack(ARGV)
if redis.call('HGET', deploy, 'rev') ~= rev then
  return 0
end
redis.call('HSET', deploy, 'rev', rev + 1, 'state', state, 'record', record)
if over == '1' then
  local left = redis.call('ZREM', queue, id)
  redis.call('ZREM', held, id)
  -- A claim belongs to one deploy: only its own fencing number ends it.
  if redis.call('HGET', claim, 'fence') == redis.call('HGET', deploy, 'fence') then
    redis.call('DEL', claim)
    left = 1
    if stands ~= '' then
      redis.call('HSET', standing, environment, stands)
    end
  end
  if left == 1 and redis.call('ZCARD', held) > 0 then
    enqueue('', 0, '', wake)
  end
end
return 1
