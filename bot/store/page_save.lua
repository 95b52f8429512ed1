-- Writes a page's next revision, if nobody wrote one meanwhile, and where it is listed.
-- KEYS: page, open pages, all pages, the page of its number
-- ARGV: rev that this follows (0: there is none yet), record as JSON, 1 if it is open, when it was opened, id, life in seconds,
--   now
-- Answers 1, or 0 when the revision is stale: then nothing was changed.
local page, open_pages, pages, number = unpack(KEYS, 1, 4)
local rev, record, open, opened, id, life, now = unpack(ARGV, 1, 7)
if (redis.call('HGET', page, 'rev') or '0') ~= rev then
  return 0
end
redis.call('HSET', page, 'v', 1, 'rev', rev + 1, 'record', record)
redis.call('EXPIRE', page, life)
redis.call('SET', number, id, 'EX', life)
redis.call('ZADD', pages, opened, id)
redis.call('ZREMRANGEBYSCORE', pages, '-inf', '(' .. (now - life))
if open == '1' then
  redis.call('ZADD', open_pages, opened, id)
else
  redis.call('ZREM', open_pages, id)
end
return 1
