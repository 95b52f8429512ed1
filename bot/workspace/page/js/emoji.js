// The shortcodes that bots use most, as Unicode. One that is not here stays as it was typed, like in Slack.
const TABLE = `
smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 joy 😂 rofl 🤣 slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉
blush 😊 innocent 😇 heart_eyes 😍 sunglasses 😎 thinking_face 🤔 neutral_face 😐 expressionless 😑 no_mouth 😶
face_with_rolling_eyes 🙄 smirk 😏 persevere 😣 hushed 😯 sleepy 😪 tired_face 😫 sleeping 😴 relieved 😌 stuck_out_tongue 😛
unamused 😒 sweat 😓 pensive 😔 confused 😕 slightly_frowning_face 🙁 worried 😟 cry 😢 sob 😭 scream 😱 fearful 😨
cold_sweat 😰 sweat_smile 😅 rage 😡 angry 😠 exploding_head 🤯 partying_face 🥳 nerd_face 🤓 face_with_monocle 🧐
saluting_face 🫡 shushing_face 🤫 melting_face 🫠 robot_face 🤖 ghost 👻 skull 💀 alien 👽 poop 💩
wave 👋 hand ✋ raised_hand ✋ ok_hand 👌 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 clap 👏 raised_hands 🙌 pray 🙏 handshake 🤝
muscle 💪 point_right 👉 point_left 👈 point_up ☝️ point_down 👇 fist ✊ v ✌️ crossed_fingers 🤞 eyes 👀 brain 🧠 writing_hand ✍️
bust_in_silhouette 👤 busts_in_silhouette 👥 technologist 🧑‍💻 man-shrugging 🤷‍♂️ woman-shrugging 🤷‍♀️ shrug 🤷 facepalm 🤦 detective 🕵️
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 broken_heart 💔 sparkling_heart 💖
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_multiplication_x ✖️
warning ⚠️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 stop_sign 🛑 exclamation ❗ heavy_exclamation_mark ❗ grey_exclamation ❕
question ❓ grey_question ❔ bangbang ‼️ interrobang ⁉️ 100 💯 rotating_light 🚨 bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢
red_circle 🔴 large_red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣
white_circle ⚪ black_circle ⚫ large_brown_circle 🟤 large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩
large_blue_square 🟦 large_purple_square 🟪 white_large_square ⬜ black_large_square ⬛ small_red_triangle 🔺 small_red_triangle_down 🔻
small_blue_diamond 🔹 small_orange_diamond 🔸 large_blue_diamond 🔷 large_orange_diamond 🔶 radio_button 🔘 black_small_square ▪️ white_small_square ▫️
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_forward ▶️ arrow_backward ◀️ arrow_heading_up ⤴️ arrow_heading_down ⤵️
arrow_right_hook ↪️ leftwards_arrow_with_hook ↩️ arrows_counterclockwise 🔄 arrows_clockwise 🔃 repeat 🔁 fast_forward ⏩ rewind ⏪
black_right_pointing_double_triangle_with_vertical_bar ⏭️ double_vertical_bar ⏸️ pause_button ⏸️ black_square_for_stop ⏹️ record_button ⏺️
hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ clock1 🕐 clock3 🕒 clock9 🕘 calendar 📅 date 📅 spiral_calendar_pad 🗓️
rocket 🚀 airplane ✈️ ship 🚢 anchor ⚓ package 📦 truck 🚚 construction 🚧 building_construction 🏗️ construction_worker 👷 vertical_traffic_light 🚦 traffic_light 🚥
gear ⚙️ wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ nut_and_bolt 🔩 toolbox 🧰 screwdriver 🪛 test_tube 🧪 microscope 🔬 telescope 🔭 mag 🔍 mag_right 🔎
lock 🔒 unlock 🔓 key 🔑 closed_lock_with_key 🔐 old_key 🗝️ shield 🛡️ ticket 🎫 link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 label 🏷️ bookmark 🔖
memo 📝 pencil 📝 pencil2 ✏️ page_facing_up 📄 scroll 📜 clipboard 📋 notebook 📓 books 📚 book 📖 open_book 📖 newspaper 📰 card_index_dividers 🗂️ file_folder 📁 open_file_folder 📂
bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 computer 💻 desktop_computer 🖥️ keyboard ⌨️ floppy_disk 💾 cd 💿 phone ☎️ telephone_receiver 📞 pager 📟 iphone 📱
battery 🔋 electric_plug 🔌 satellite_antenna 📡 bulb 💡 flashlight 🔦 candle 🕯️ fire_extinguisher 🧯 wastebasket 🗑️ inbox_tray 📥 outbox_tray 📤 email 📧 envelope ✉️ speech_balloon 💬 thought_balloon 💭
tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 first_place_medal 🥇 second_place_medal 🥈 third_place_medal 🥉 dart 🎯 checkered_flag 🏁 triangular_flag_on_post 🚩 crossed_flags 🎌
star ⭐ star2 🌟 sparkles ✨ zap ⚡ fire 🔥 boom 💥 collision 💥 snowflake ❄️ sunny ☀️ sun_with_face 🌞 partly_sunny ⛅ cloud ☁️ rain_cloud 🌧️ thunder_cloud_and_rain ⛈️ rainbow 🌈 ocean 🌊 droplet 💧
crescent_moon 🌙 full_moon 🌕 earth_africa 🌍 earth_americas 🌎 globe_with_meridians 🌐 seedling 🌱 evergreen_tree 🌲 herb 🌿 four_leaf_clover 🍀 mushroom 🍄 bug 🐛 beetle 🪲 ant 🐜
lady_beetle 🐞 snail 🐌 turtle 🐢 rabbit2 🐇 dog 🐶 cat 🐱 unicorn_face 🦄 owl 🦉 penguin 🐧 whale 🐳 octopus 🐙 crab 🦀 bird 🐦 hatching_chick 🐣 see_no_evil 🙈
coffee ☕ tea 🍵 beer 🍺 beers 🍻 clinking_glasses 🥂 wine_glass 🍷 pizza 🍕 cake 🍰 cookie 🍪 apple 🍎 shopping_trolley 🛒 shopping_bags 🛍️ moneybag 💰 credit_card 💳
house 🏠 office 🏢 factory 🏭 hospital 🏥 ambulance 🚑 fire_engine 🚒 car 🚗 bike 🚲 stadium 🏟️ mountain ⛰️ world_map 🗺️ compass 🧭
information_source ℹ️ recycle ♻️ infinity ♾️ heavy_plus_sign ➕ heavy_minus_sign ➖ heavy_division_sign ➗ hash #️⃣ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ zero 0️⃣ keycap_ten 🔟
new 🆕 ok 🆗 up 🆙 cool 🆒 free 🆓 sos 🆘 vs 🆚 abc 🔤 1234 🔢 beginner 🔰 trident 🔱 crystal_ball 🔮 game_die 🎲 jigsaw 🧩 art 🎨 ladder 🪜 hook 🪝 thread 🧵 knot 🪢 safety_pin 🧷 mirror 🪞 door 🚪 chair 🪑
`;

const words = TABLE.trim().split(/\s+/);
const EMOJI = new Map();
for (let at = 0; at + 1 < words.length; at += 2) EMOJI.set(words[at], words[at + 1]);

const TONES = { 2: "🏻", 3: "🏼", 4: "🏽", 5: "🏾", 6: "🏿" };

/** The character for "rocket" or "+1::skin-tone-3", or null. */
export function emoji(code) {
  const [name, tone] = code.split("::skin-tone-");
  const found = EMOJI.get(name);
  return found ? found + (TONES[tone] ?? "") : null;
}

/** Replaces :shortcodes: in a plain text. */
export const withEmoji = (text) =>
  text.replace(/:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/g, (whole, code) => emoji(code) ?? whole);
