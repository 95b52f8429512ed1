-- Writes a page's next revision, if nobody wrote one meanwhile, and whether it is among the open ones.
-- KEYS: page, open pages
-- ARGV: rev that this follows (0: there is none yet), record as JSON, 1 if it is open, when it was opened, id, life in seconds
-- Answers 1, or 0 when the revision is stale: then nothing was changed.
local page, open_pages = unpack(KEYS, 1, 2)
local rev, record, open, opened, id, life = unpack(ARGV, 1, 6)
if (redis.call('HGET', page, 'rev') or '0') ~= rev then
  return 0
end
redis.call('HSET', page, 'v', 1, 'rev', rev + 1, 'record', record)
redis.call('EXPIRE', page, life)
if open == '1' then
  redis.call('ZADD', open_pages, opened, id)
else
  redis.call('ZREM', open_pages, id)
end
return 1
