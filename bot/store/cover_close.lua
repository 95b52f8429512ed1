-- Closes a request for cover: taken, withdrawn or over; whoever comes first has closed it.
-- KEYS: cover, overrides. ARGV: the cover as it shall be, as JSON; the override that makes it so, as JSON, or '';
-- seconds for which overrides are kept after their end; now
-- Answers {"done", ''} | {"closed", the cover as it is} | {"gone", ''}
local new, row, kept, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local standing = redis.call('GET', KEYS[1])
if not standing then return {'gone', ''} end
local ok, cover = pcall(cjson.decode, standing)
if not ok or type(cover) ~= 'table' or cover.state ~= 'open' then return {'closed', standing} end
redis.call('SET', KEYS[1], new, 'KEEPTTL')
if row ~= '' then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - kept)
  redis.call('ZADD', KEYS[2], cjson.decode(row)['until'], row)
  redis.call('EXPIRE', KEYS[2], math.ceil(kept))
end
return {'done', ''}
