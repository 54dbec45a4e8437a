# Small texts, one a line: name = words. { $name } is filled in. Lines that go on are indented.
# A line that goes on must not begin with *, [ or a full stop.

## The buttons that are always there

keyboard-spiral = I need a minute
keyboard-help = More help
keyboard-hint = Write anything, or tap

## Buttons

button-spiral = Take a minute
button-lesson = Next lesson
button-progress = Progress
button-range-30 = Last 30 days
button-range-all = All time
button-range-since = Since a part began
button-draw = Show as a picture
button-lines = Choose lines
button-settings = Settings
button-continue = Continue
button-more-help = More help
button-library = Library
button-resume = Resume
button-start = Start again
button-export = Hand me my data
button-therapist = For my therapist
button-monthly = Monthly look
button-rough = My weekly minute
button-rough-ask = A plan for { $day }, { $part }
button-rough-yes = Yes, be there
button-rough-no = No, thanks
button-rough-start = Start the pause
button-rough-later = Not now
button-rough-off = Stop these
button-delete = Delete my data
button-forget-words = Show the first words
button-forget-hide = Hide the words
button-forget-yes = Erase it
button-forget-no = Keep it
button-delete-yes = Delete everything
button-delete-no = Keep it
button-country = Another country
button-more-countries = My country isn't here
button-age = My age is another
button-not-listed = Not here either
button-hide = Hide this
button-card = Pin a card here
button-plan = My own plan
button-tried = Tried it
button-later = Later today
button-tomorrow = Tomorrow
button-at-a-time = At a time
button-save = Save
button-unsave = Unsave
button-not-for-me = Not for me
button-why = Why this works
button-question = The question
button-back = Back
button-next-lesson = Next lesson
button-saved = Saved ones
button-change = Change times
button-review = Look back over it
button-usual-pace = The usual pace again
button-show-again = Show it again
button-recall-use = I use it
button-recall-bit = A bit
button-recall-no = Not really
button-not-yet = Not yet
button-ask-after = Ask me once tomorrow
button-ask-no-more = Don't ask any more
button-previous = ‹ Before
button-after = After ›
button-triggers = By what sets it off
button-techniques = By what you do
button-search = Search
button-away = Put away
button-opens = Do it here
button-opens-line = Write my line
button-opens-shelf = Take or change a line
button-opens-letter = Write my letter
button-opens-saw = Build one ask
button-opens-plan = Write my plan
button-opens-map = Fill in the map
button-opens-favourite = Choose my tool
button-pause = Pause

## Commands, as Telegram's menu shows them

command-spiral = Take a minute before you send
command-hold = Keep a message for a while
command-checkin = How it is, in ten seconds
command-journal = Write freely, kept sealed
command-letter = Things of yours for a hard day
command-plan = Your own safety plan
command-lesson = The next short lesson
command-progress = What grew
command-settings = Clock, days and pace
command-sos = People to reach now
command-start = Begin, or begin again
command-library = All lessons
command-pause = No messages for a while
command-resume = Messages again
command-language = Another language
command-export = Everything stored, as a file
command-forget = Erase one thing you wrote
command-delete = Erase everything
command-clean = Take recent messages out of this chat
command-privacy = What is kept, and who can see it
command-about = Who wrote this, and what it is not
command-help = What you can do here
command-stop = Nothing unasked any more

bot-description = A steady minute before you send something, and short lessons at your pace. A program, not a person.
bot-short-description = A steady minute before you send.

## Days and times

yesterday = yesterday
today = today
tomorrow = tomorrow
not-set = not set yet
on = on
off = off
three-times-a-week = up to three times a week
in-minutes = { $count ->
    [one] in one minute
   *[other] in { $count } minutes
  }
in-hours = in about { $count } hours
keep-name = { $days ->
    [0] stays until you erase it
   *[other] goes after { $days } days
  }
every-day = every day
weekday-0 = Monday
weekday-1 = Tuesday
weekday-2 = Wednesday
weekday-3 = Thursday
weekday-4 = Friday
weekday-5 = Saturday
weekday-6 = Sunday
weekday-short-0 = Mon
weekday-short-1 = Tue
weekday-short-2 = Wed
weekday-short-3 = Thu
weekday-short-4 = Fri
weekday-short-5 = Sat
weekday-short-6 = Sun
part-0 = night
part-1 = morning
part-2 = afternoon
part-3 = evening
month-short-1 = Jan
month-short-2 = Feb
month-short-3 = Mar
month-short-4 = Apr
month-short-5 = May
month-short-6 = Jun
month-short-7 = Jul
month-short-8 = Aug
month-short-9 = Sep
month-short-10 = Oct
month-short-11 = Nov
month-short-12 = Dec
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
pace-daily = every day
pace-weekdays = on weekdays
pace-every-other-day = every other day
pace-twice-a-week = twice a week
pace-weekly = once a week
pace-on-request = only when you ask

## Hello and goodbye

hello = Hello. The buttons below are always there: one for the minute before you send something, one for people to reach.
hello-again = Good to see you. The buttons below are still there.
pick-up = Pick up anywhere.
resumed = Welcome back. The next lesson comes { $when }, one at a time.
resumed-on-request = Welcome back. I'll write when you ask, with /lesson. In the settings you can choose a time instead.
stopped = Stopped. Nothing will come by itself. If you write, I still answer, and everything is kept until you say otherwise.

## When something doesn't fit

unclear = I couldn't use that here. It may be easier to tap one of the buttons.
old-button = That button is from a while ago. Nothing is lost. Where would you like to go?
unknown-command = I don't have that one. Here is what works from anywhere:
offer-spiral = That sounds like a lot right now. Shall we take a minute before anything else?
full = That's more than fits here. Up to { $count } letters work; a shorter version is fine.
spilled = I took that as part of your message, and it's out of the chat.
keepsake-empty = That one came through empty, so I couldn't keep it. Try once more, or another one.
keepsake-too-large = That file is too large for me. Up to 20 megabytes work; a shorter or smaller one is fine.
keepsake-gone = That one can't be played any more, I'm sorry. /letter takes a new one.
tools-shown = All the ways are offered again.
location-unasked = I didn't keep that place. A location helps only while I ask for your clock, in the settings.
other = I can't do anything with that here, and I didn't keep it. Words and buttons work.
other-edited = I saw you changed something you wrote. I keep to what came first. Send it as a new message if it matters.
other-voice = I can't listen, and I didn't keep it. A few words in writing work, or a button.
other-picture = I can't see pictures, and I didn't keep it. A few words in writing work, or a button.
other-poll = I can't do anything with a poll. Words and buttons work.
other-file = I can't open files here, and I didn't keep it. A few words in writing work, or a button. /import takes the file that /export gave.
went-wrong = Something went wrong on my side with your last message, and it's noted. Please try it once more. /spiral and /sos work.
group = I'm made for talking with one person alone, so I'll leave this chat. Nothing from here was kept. To use me, write to me privately.

## Held messages, own material, plans

words-gone = (These words aren't here any more.)
words-lost = (These words can't be opened any more: their key is lost. I'm sorry.)
keepsake-lost = This one can't be opened any more: its key is lost. I'm sorry. /letter takes a new one.
update-lost = Something you sent can't be opened any more, so it wasn't answered. I'm sorry. Please send it once more.
hold-label = Comes back { $when }
hold-no-clock = I don't know your clock yet, so only a length works here, such as 45 minutes. /settings has the clock.
hold-time-passed = { $time } has already passed today. A later time works, or a length such as 45 minutes.
ask-text = When { $saw }, I felt { $felt }. I'd like { $like }. How does that sound to you?
plan-line = If { $when }, then first: { $then }.
fears-counted = Of { $checked } fears that you looked at again, { $didnt ->
    [0] none
    [one] one
   *[other] { $didnt }
  } didn't come true, { $partly ->
    [0] none
    [one] one
   *[other] { $partly }
  } partly did, and { $did ->
    [0] none
    [one] one
   *[other] { $did }
  } did.
material-none = nothing yet
material-line = a line
material-letter = a letter
material-voice = a voice note
material-photo = a picture
material-person = a safe person
person-words = Hey, I'm having a rough hour. You don't have to fix it. Could you keep me company for ten minutes?
plan-part-empty = (nothing yet)
card = **When it gets loud**
    1. Nothing has to be sent this minute.
    2. Feet on the floor. Breathe out longer than in, six times.
    3. What would a camera have seen? What is my guess?
    4. One kind thing for me. Then decide.

    { $numbers }

    This card stays here, even when I don't answer.
card-emergency = In danger: call { $number } ({ $country }).
card-no-country = In danger: call your local emergency number. /sos has people to reach.

## Lessons

lesson-practice = **Try it** (about { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
  }): { $say }
lesson-later = Later today, then. It will come back once, without a sound.
lesson-later-ask = Later today, then. It will come back once, without a sound.

    One question, asked only here: may I ask the day after whether you got to try a lesson? Once a lesson, in place of anything else that day.
lesson-tomorrow = Tomorrow, then. It will come back once, without a sound.
lesson-waits = It waits, then. /lesson brings it whenever you like.
lesson-not-yet = That's fine. It stays here, and there's no date on it.
lesson-no = That's fine. This one won't be offered again.
day-after = The last one was **{ $title }**. Did you get to try it? Both are fine.
after-on = Good. The day after a lesson I may ask once, without a sound.
after-off = Then I won't ask. /settings can switch it on again.
recall = A while ago: **{ $title }**. What stayed with you?
    > { $question }
recall-use = Then it has found its place. That's all I wanted to know.
recall-bit = A bit is how most things stay. It's there when you want it.
recall-no = That's fine. Much of what one reads is like that. It can be read again at any time.
why-title = **Why this works**
why-so = **What this rests on**
lessons-through = You've met every lesson there is so far. Each of them can be read again.
clock-lost = I've lost your clock: the time zone you chose isn't in the list any more. Until you choose one again, lessons wait. It takes two taps in the settings.
rough-ask = { $day }, { $part }: a time that came up more than others, mostly from { $begins } on. There could be a plan for it.

  Shall I be there each { $on } at { $at } with a quiet minute?

  It comes without a sound, in quiet hours too. It stays away while everything pauses, and right after a hard moment. One tap ends it.
rough-offer = A quiet minute, if you like. You asked me to be here at this hour.
rough-set = A quiet minute comes each { $on } at { $at }, without a sound.{ $state ->
    [rests] {" "}It rests for now, like everything that comes by itself. /resume brings it back.
   *[comes] {""}
  }
rough-later = Then not now. /spiral is here whenever you want it.
rough-off = Stopped. It won't come any more. Progress can offer it again.
rough-none = No weekly minute is set. Progress offers one where a time of the week comes up more than others.
lessons-quiet = The lessons will wait until you want them: /lesson brings the next one. Nothing is lost, and nothing more comes by itself.
review-title = **{ $stage }, looking back**
review-own = Written by you so far: { $own }
review-stay = New lessons now come at every second of your times. In between it's quiet, or a small look back. Nothing else changes.
review-repeat = The lessons of this stage come again in order, at your times. Those you put away stay away.
review-back = Which one? Its lessons come again in order. Your place here is kept.
review-on = The usual pace, then. The next one comes at its time, or now with the button.
review-round = **{ $stage }** once more, in order and at your times. Your place is kept.
own-line = a line
own-letter = a letter
own-plan = a plan
own-map = a map
map-text = What happened: { $event }
    What I took it to mean: { $meaning }
    Body: { $body }
    What I wanted to do: { $urge }
library = **All lessons**
    Pick a part. The order is a suggestion. To search, write a word after the command: /library waiting
library-triggers = **By what sets it off**
library-techniques = **By what you do**
library-away = **Put away by you**
    None of these comes by itself. Tried it brings one back.
library-found = **This may be it**
library-nothing = Nothing fits those words. Others may, or a look through the parts.
trigger-late-reply = A late reply
trigger-mixed-signals = Mixed signals
trigger-unclear = Things left unclear
trigger-unavailable = Somebody out of reach
trigger-distance = Distance
trigger-conflict = A quarrel
trigger-guilt = Guilt
trigger-letting-go = Letting go
trigger-fear = Fear of somebody
technique-noticing = Noticing
technique-breathing = Slow breaths
technique-body = The body
technique-favourite-tool = A favourite tool
technique-getting-help = Getting help
technique-inner-voice = The inner voice
technique-own-words = Words of one's own
technique-unhooking = Stepping back from a thought
technique-kindness = Kindness to oneself
technique-letter = A letter
technique-mapping = A map
technique-naming = Naming a feeling
technique-thoughts-and-facts = Thoughts and facts
technique-review = Looking back
technique-senses = The senses
technique-planning = Planning
technique-routine = Daily routine
technique-steadiness = Steadiness
technique-stopping = Knowing when to stop
technique-waiting = Waiting
technique-boundaries = Limits with others
technique-asking = Asking clearly
technique-pause = The pause
technique-check-in = Checking in with oneself
technique-answering = Answering calmly
technique-writing = Writing it down
technique-reassurance = Looking for reassurance
technique-if-then = If-then plans
technique-urge = Riding an urge
technique-limits = Comfort and limits
technique-needs = Needs
technique-not-knowing = Not knowing
technique-care = Care
technique-safe-person = A safe person
library-stage = **{ $stage }**
    Any of them, as often as you like.
library-saved = **Saved by you**
library-none-saved = Nothing saved so far. Each lesson has a Save button.
stage-orientation = First things
stage-awareness = Seeing the pattern
stage-regulation = Changing the response
stage-reparenting = Giving yourself what was missing
stage-relating = New patterns with people
stage-partner = What a steady person can offer
stage-therapy = When a therapist could help
stage-pace = How long it takes
stage-mistakes = Four usual detours
stage-questions = Questions people ask
stage-safety = When fear is information

## Progress

progress-title = **What grew**
progress-title-30 = **What grew, last 30 days**
progress-title-since = **What grew, since: { $stage }**
progress-pauses = { $count ->
    [one] One pause taken
   *[other] { $count } pauses taken
  }
progress-spirals = { $count ->
    [one] One hard moment gone through to the end
   *[other] { $count } hard moments gone through to the end
  }
progress-held = { $count ->
    [one] One message held
   *[other] { $count } messages held
  }
progress-let-go = { $count ->
    [one] One of them let go
   *[other] { $count } of them let go
  }
progress-both = { $first }. { $second }
progress-tool = Helped most so far: { $tool }, from { $before } to { $after } (the middle of { $count } times)
progress-fears = Fears looked at again: { $checked }. Didn't come true: { $didnt }, partly: { $partly }, did: { $did }
progress-trigger = What came up most: “{ $trigger }”, in { $count } of { $of } hard moments
progress-weekday = A day that came up more than others: { $day }, { $count } of { $of } hard moments
progress-when = A time that came up more than others: { $day }, { $part }, { $count } of { $of } hard moments at that time of day
tool-breathe = slow breaths
tool-senses = your senses
tool-feet = feet on the floor
tool-wall = pushing the wall
tool-walk = walking a little
tool-hum = humming
tool-cool = cool water
tool-line = your own line
tool-letter = your letter
tool-voice = your voice note
tool-photo = your picture
tool-person = your safe person
tool-warm = something warm
tool-kind = a kind line
tool-safe = a safe place
tool-move = moving a little
progress-practised = { $count ->
    [one] One practice tried
   *[other] { $count } practices tried
  }
progress-lessons = { $count ->
    [one] One of { $of } lessons met
   *[other] { $count } of { $of } lessons met
  }
progress-ratings = How upset, before and after: { $before } and { $after } (the middle of { $count } times)
progress-mirror = Going up sometimes is normal. It's a mirror, not a test.
monthly-alarm = The alarm side
monthly-steady = The steady side
monthly-both = { $side }, from 0 to 4: { $now } this time, { $before } last time, { $change ->
    [changed] a change
   *[same] about the same
  }.
monthly-one = { $side }, from 0 to 4: { $now } so far.
monthly-swing = Less than 0.7 apart is the usual swing and says little.
progress-few-pairs = Before and after numbers show here once there are three pairs.
progress-stage = Where you are: { $stage }
progress-through = You've met every lesson there is so far.
progress-empty = Nothing to count yet, and nothing has to be. One pause, or one lesson, and it begins to grow here.
progress-empty-range = Nothing to count in this time, and nothing had to be. What grew before is still there.
progress-all-hidden = Every line is put away for now. Choose lines brings them back.
progress-since = Count from when which part began?
progress-lines = Tap a line to hide it, or to show it again. It is still counted, and nothing is lost.
line-pauses = Pauses
line-spirals = Hard moments
line-held = Messages held
line-lessons = Lessons and practices
line-ratings = Before and after
line-monthly = Monthly look
line-tool = What helped most
line-fears = Fears looked at again
line-trigger = What comes up most
line-when = A day or time that comes up
line-stage = Where I am
chart-pairs = Before and after
chart-before = before
chart-after = after
chart-same = the same
chart-calendar = Days with something done
chart-hours = Hard moments in the week
chart-nothing = Nothing here yet
chart-says-pairs = Before and after, { $count } times. The middle: { $before } before, { $after } after. Lower after: { $lower }, the same: { $same }, higher: { $higher }.
chart-says-few-pairs = Before and after: { $count } so far. Lower after: { $lower }, the same: { $same }, higher: { $higher }.
chart-says-no-pairs = Before and after: nothing here yet.
chart-says-days = { $count ->
    [0] Days with something done: none here yet.
    [one] One day with something done.
   *[other] { $count } days with something done.
  }
chart-says-hours = Hard moments by day: { $days }. By time: { $parts }. Small numbers differ by chance.
chart-says-no-hours = Hard moments in the week: nothing here yet.

## People to reach

sos-title = **People to reach now**
sos-emergency = In danger right now: call **{ $number }** ({ $country }), and go where another person is.
sos-call = Call { $number }
sos-text = Text { $number }
sos-whatsapp = WhatsApp { $number }
sos-anywhere = None of these fits? findahelpline.com lists people by country and topic.
sos-no-lines = I have no lines for this country yet. findahelpline.com lists people by country and topic, to call or to write to.
sos-confirmed = Checked by whoever runs this Keel on { $date }.
sos-old = Last seen on { $date }; it may have changed.
sos-honest = I'm a program and can't see how you are or send anyone. These lines were collected on { $date }. Where nothing else is said, nobody here has dialled them.
sos-no-country = **People to reach now**
    In danger right now: call your local emergency number (112 works in many countries) and go where another person is.

    For someone to talk to, choose your country below. If it isn't there, findahelpline.com lists people by country.

    I'm a program and can't send anyone.

sos-elsewhere = **People to reach now**
    In danger right now: call your local emergency number (112 works in many countries) and go where another person is.

    I have no list for where you are. findahelpline.com has more than 150 countries, by topic, to call or to write to. befrienders.org has people who listen.

    If you don't know the number: ask anybody near you, a shop or a hospital.

    I'm a program and can't send anyone.
help-emergency = { $number } ({ $country })
help-emergency-unknown = your local emergency number (112 works in many countries)
help-lines-unknown = findahelpline.com: people by country and topic, to call or to write to
help-lines-others = Others, by topic: findahelpline.com
help-line-unknown = findahelpline.com has people to call or write to, by country.
help-call = call { $number }
help-text = text { $number }
help-whatsapp = WhatsApp { $number }
help-chat = chat { $address }
help-stays = The two buttons below the chat stay: a minute, and people to reach.

## Cards

card-first = This first. It can be put away below, and then the rest is there again.
card-words = I can't answer that in words, and it wasn't kept. Which button is nearest? Putting this away works, too.
card-text = I'm not okay right now and I don't want to be alone with it. Can you come, or stay on the phone with me?
card-draft = These words were meant for somebody. Before they go out, a person for you is worth more than a better sentence. Words that ask for help, and don't lay your life on anybody, come with the next step.
card-adult = Not grown up yet? A grown-up you trust counts here as well: a parent, an aunt, a teacher, a nurse at school.
put-down = Then that stays where it is. Nothing you wrote is lost.
asks-again = Then I ask again where words could mean either.
cleaned = Done. Some of it may be left: older than two days stays, and so do copies outside this chat, such as banners on the screen, other devices and backups.
    To be sure, delete this chat in Telegram. The button below erases what is stored here.
young = Keel's lessons are written for adults, so they aren't offered here. The quiet minute works, and More help has people for your age in many countries.

## One's own data

export-caption = Everything stored about you, in one file: a page to read, tables, and all of it for other programs. It isn't locked, so keep it somewhere only you can open.
imported = Everything in it is here now. I took the file's message out of this chat, if Telegram let me. Copies elsewhere stay: on your devices, and in the chat with the other Keel.
import-large = This file is larger than I can take in, so nothing changed; whoever runs this Keel can bring it in.
import-foreign = This isn't the file that /export makes, or it's damaged, so nothing changed; please send notes.zip as it came.
import-changed = Something in this file isn't as /export writes it, so nothing changed; please send notes.zip as it came.
import-newer = This file comes from a newer Keel than this one, so nothing changed; whoever runs this Keel can renew it.
import-lessons = This file names lessons that aren't here, so nothing changed; whoever runs this Keel can bring them in first.
import-twice = What's in this file is here already, under another chat, so nothing changed.
import-full = Something of yours is here by now, so nothing changed; /delete would come first.
import-unreachable = I couldn't fetch the file from Telegram just now, so nothing changed; please send it once more.
export-nothing = There is nothing stored about you here, so there is nothing to hand over.

## For a therapist: in the chat

handout-run = Typed in a hard moment
handout-hidden = The words are hidden. The button shows how each entry begins.
handout-print = To print, or to send on. It isn't locked.
handout-page = The same as a page for a browser. It isn't locked either.
handout-says-days = Days: { $days ->
    [0] all of them
   *[other] the last { $days }
  }
handout-says-a4 = Paper: A4
handout-says-letter = Paper: US Letter
handout-says-parts = Parts: { $parts }
handout-says-words = Own words: { $count ->
    [0] none
    [one] one entry
   *[other] { $count } entries
  }
handout-says-questions = Questions: { $count ->
    [0] none
    [one] one
   *[other] { $count }
  }

## The document for a therapist

sheet-title = Notes to talk about
sheet-name = Name
sheet-days = Days
sheet-made = Made on
sheet-day = { $day } { $month } { $year }
sheet-month = { $month } { $year }
sheet-from-to = { $first } to { $last }
sheet-about = Made with Keel, a free program in a chat with short lessons and a pause before sending. The person whose notes these are chose what stands here, and what does not. Keel sent it to nobody but them.
sheet-about-numbers = The numbers are this person's own counts and ratings. They are no test and no diagnosis, and they compare with nobody. No clinician has checked them.
sheet-foot = Made with Keel. What one person chose to share. No diagnosis.
sheet-page = Page { $page } of { $pages }
sheet-missing = Signs in square brackets are named, because no font here has them. The web page shows them.
sheet-none = Nothing was noted in these days.
sheet-all = All of these days
sheet-together = All together
sheet-questions = What I would like to raise
sheet-counts = Counts
sheet-note-counts = How often, in these days. What was never done is not listed.
sheet-measures = Ratings before and after
sheet-note-measures = How upset, from 0 (settled) to 10 (the most one can imagine), before a pause and after it. “Middle” is the median; it is left open below three pairs. One point either way counts as about the same. A number that rises is no failure. At most 24 months are listed.
sheet-table-ratings = How upset, before and after
sheet-table-moods = Moods at check-ins
sheet-monthly = Monthly look at the last two weeks
sheet-note-monthly = Six items in Keel's own words about the last two weeks, from 0 (not at all) to 4 (nearly always): three of alarm, three of steadiness. Each side is the mean of what was answered, and open where that was too little. The items are not a tested scale. Less than 0.7 apart is taken as the usual swing. At most 24 are listed.
sheet-triggers = What set it off
sheet-note-triggers = Tapped in hard moments; several at once are possible. What was told in own words is not counted here.
sheet-fears = Fears and what came of them
sheet-note-fears = The next day, the person was asked once whether it came as feared. Those that did are counted like the others. One look back can count for several fears.
sheet-lessons = Lessons done
sheet-note-lessons = Short lessons of the program, with what the person said came of them.
sheet-plans = Plans
sheet-words = In their own words
sheet-note-own = Written by the person, unchanged, and chosen one by one.
sheet-note-too-many = Written by the person, unchanged, and chosen one by one. Not everything that was chosen has room here.
sheet-about-words = { $about }, { $when }
sheet-head-what = What
sheet-head-when = When
sheet-head-times = Times
sheet-head-pairs = Pairs
sheet-head-before = Before, middle
sheet-head-after = After, middle
sheet-head-lower = Lower after
sheet-head-same = About the same
sheet-head-higher = Higher after
sheet-head-alarm = Alarm
sheet-head-steady = Steady
sheet-head-mood = Mood
sheet-head-facts = What happened
sheet-head-meanings = What the mind added
sheet-head-fear = What was feared
sheet-head-didnt = It didn't
sheet-head-partly = Partly
sheet-head-did = It did
sheet-head-unknown = Not known yet
sheet-head-lesson = Lesson
sheet-head-outcome = What came of it
sheet-count-pause = Pauses taken
sheet-count-spiral = Hard moments gone through to the end
sheet-count-hold-held = Messages held back for a while
sheet-count-hold-let-go = Of these, let go
sheet-count-hold-asked = Of these, turned into one clear ask
sheet-count-hold-sent = Of these, sent
sheet-count-checkin = Check-ins
sheet-count-fear = Fears looked at again
sheet-count-tried = Practices tried
sheet-count-lessons = Lessons read or tried

## The page in that file

data-title = Notes
data-made = Everything stored about you, as it was at { $when }, on your clock.
data-more = All of it, down to the last detail, is in data.json beside this page. Nobody can take this page back: whoever has it can read it.
data-settings = How things are set
data-clock = Clock
data-lessons = Lessons
data-from = From
data-days = Days
data-words = What you write
data-rough = Weekly minute
data-country = Country for help
data-kind-journal = Journal
data-kind-checkin = Words with a check-in
data-kind-note = Notes
data-kind-question = Questions to raise
data-kind-letter = Letter
data-kind-line = Lines of your own
data-kind-person = A safe person
data-kind-person-words = What to say to them
data-kind-plan = If-then plans
data-kind-map = Maps of hard moments
data-kind-safe = Your own plan for a bad day
data-kind-lessons = Lessons
data-safe-signs = Signs
data-safe-helps = What helps
data-safe-places = Places
data-safe-people = People
data-safe-professionals = Professionals
data-safe-safer = Making it safer
data-safe-reasons = Reasons
data-runs = What you typed on the way through
data-holds = Messages you set aside
data-hold-held = waits
data-hold-ready = is ready
data-hold-let-go = let go; the words are erased
data-hold-asked = made into one clear ask; the words are erased
data-hold-sent = sent; the words are erased
data-hold-cancelled = taken back; the words are erased
data-keepsakes = Voice note and picture
data-in-chat = the file itself is with Telegram, and no copy is kept here
data-entries = What counts
data-entry-pause = a pause
data-entry-spiral = a minute before sending
data-entry-checkin = a check-in
data-entry-monthly = a monthly look
data-entry-hold = a message set aside
data-entry-fear = a look back at a fear
data-noticed = When words about danger were noticed (never the words)
data-outcome-read = read
data-outcome-tried = tried
data-outcome-later = for later
data-outcome-not-for-me = not for me
data-head-when = When
data-head-what = What
data-head-before = Before
data-head-after = After
data-head-tags = Tags
data-head-lesson = Lesson
data-head-outcome = What came of it
data-head-rule = How plain
forget-list = **Which one would you like to erase?**
    The newest come first. Tap one, and I ask once more before it goes.
forget-item = { $kind } · { $when }
forget-ask = Erase this for good?
    { $item }

    It can't be brought back. What you sent stays in this chat until you delete it there.
forget-held = A message set aside
forget-run = Your words in /{ $command }
forget-words = Words you typed in passing
forget-gone = Gone.
forget-empty = There's nothing here to erase now.
forget-already = That one isn't here any more.
delete-ask = **Delete everything?**
    This erases your settings, notes, letters, plans, answers, numbers and lessons here, messages you set aside, voice notes and pictures. At once, and for good. Backups that the operator keeps run out later.

    Messages already in this chat stay until you delete the chat in Telegram.
delete-kept = Nothing was deleted.
deleted = Done. Everything stored about you here is erased. To empty this chat too, delete it in Telegram.

## Pages

help = **What you can do here**
    /spiral – a minute before you send something
    /hold – keep a message for a while
    /checkin, /journal – how it is, in a tap or in words
    /letter – things of yours for a hard day; /plan – your own safety plan
    /lesson – the next short lesson; /library – all of them
    /progress – what grew, and two files for a therapist
    /settings – clock, days and pace; /pause and /resume
    /sos – people to reach
    /export, /import, /forget and /delete – your data; /clean – recent messages out of this chat
    /about and /privacy – who and what this is

    You can leave anything at any step. If fear, dark thoughts or sleepless days go on, a person can help more than I can: /sos.
about = **About Keel**
    A set of messages written by people and run by a program. Not a person, not therapy, not an emergency service. Nobody reads along.

    It looks for words about danger in what you write, in English only, by rules and on this machine. Then it shows people to reach. It can miss things, and it can be wrong. No clinician and no specialist in domestic abuse has looked over it yet.

    It uses ideas from published research. Keel itself has not been tested in a study. It has { $lessons } lessons, and each names its source. Reviewed by a professional so far: { $reviewed ->
        [0] none
       *[other] { $reviewed }
      }.

    Free software: AGPL-3.0; its words: CC BY-SA 4.0.
privacy = **What is kept**
    Kept: your settings, lessons you met, your numbers, and what you choose to write. Your words are encrypted on disk, with a key kept apart; if that key is lost, nobody can open them. When words about danger are noticed: which rule and button, never the words. If you say you aren't grown up: one word about it. No phone number, no place.

    Seen: Telegram passes on and stores this chat, without end-to-end encryption. Whoever runs this Keel could, with effort, read what is stored. Nobody else is sent anything.

    It stays until you erase it, or for 30 or 90 days: /settings. Things made to keep, such as a letter, stay.

    /export hands you everything, /import brings that file in, /forget erases one thing, /delete all of it.

    Somebody else reads this phone? /clean takes recent messages out; deleting the chat takes all.
