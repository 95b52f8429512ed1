-- A worker says that it lives, and sees who else does. KEYS: workers, then the streams that it reads.
-- ARGV: me, what it says of itself.
-- Answers {all that the workers say: name, word, name, word …; the names that still hold entries of these streams}.
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local holding = {}
for i = 2, #KEYS do
  local ok, held = pcall(redis.call, 'XPENDING', KEYS[i], 'workers')
  for _, consumer in ipairs(ok and held[4] or {}) do
    holding[#holding + 1] = consumer[1]
  end
end
return {redis.call('HGETALL', KEYS[1]), holding}
