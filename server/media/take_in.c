/* The way of the common incoming packet without the interpreter: what server/media/receive.py does with the next
   packet in order of a stream that is known, from the socket to the subscribers.

   Everything else is handed to Python, before anything was noted of it: datagrams that are no RTP or come from
   an unknown address as they came (RAW), packets that Python must see opened in place (OPENED). A test sends the
   same traffic both ways and compares what was noted and what went out. */

#define IN_BATCH 32
#define PLACES 8192         /* a power of two */
#define PROBES 64
#define HEADER 24
#define LOUD 45
#define RESTED_S 0.3
#define SMALL_MOVE 450000.0
#define NUMBERS 512
#define NOTHING 0
#define RAW 1
#define OPENED 2
#define TIMESTAMPS 35       /* SO_TIMESTAMPNS */

static struct mmsghdr in_messages[IN_BATCH];
static struct iovec in_vectors[IN_BATCH];
static char in_notes[IN_BATCH][64];

static int shape(void)
{
    return 2;
}

static uint32_t get16(const unsigned char *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t get32(const unsigned char *at)
{
    return get16(at) << 16 | get16(at + 2);
}

static place *find(place *places, const char *address, uint32_t size)
{
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)address[i]) * 16777619u;
    for (uint32_t i = 0; i < PROBES; i++) {
        place *p = places + ((hash + i) & (PLACES - 1));
        if (!p->who || (p->address_size == size && !memcmp(p->address, address, size)))
            return p;
    }
    return 0;
}

/* Notes whose packets come from an address; 0 when there is no room for it, and Python finds it alone. */
static int know(place *places, const char *address, uint32_t size, sender *who)
{
    place *p = size <= sizeof p->address ? find(places, address, size) : 0;
    if (!p)
        return 0;
    memcpy(p->address, address, size);
    p->address_size = size;
    p->who = who;
    return 1;
}

static int fill(reader *r)
{
    for (int i = 0; i < IN_BATCH; i++) {
        struct msghdr *head = &in_messages[i].msg_hdr;
        in_vectors[i].iov_base = r->box[i].bytes;
        in_vectors[i].iov_len = (size_t)r->limit;
        head->msg_name = r->box[i].address;
        head->msg_namelen = sizeof r->box[i].address;
        head->msg_iov = in_vectors + i;
        head->msg_iovlen = 1;
        head->msg_control = in_notes[i];
        head->msg_controllen = sizeof in_notes[i];
        head->msg_flags = 0;
    }
    r->at = 0;
    do
        r->got = recvmmsg(r->socket, in_messages, IN_BATCH, MSG_DONTWAIT, NULL);
    while (r->got < 0 && errno == EINTR);
    if (r->got < 0)
        r->got = 0;
    for (int i = 0; i < r->got; i++) {
        struct msghdr *head = &in_messages[i].msg_hdr;
        struct cmsghdr *note = CMSG_FIRSTHDR(head);
        r->box[i].size = (int)in_messages[i].msg_len;
        r->box[i].address_size = head->msg_namelen;
        r->box[i].arrived_s = 0;
        if (note && note->cmsg_level == SOL_SOCKET && note->cmsg_type == TIMESTAMPS) {
            struct timespec at;
            memcpy(&at, CMSG_DATA(note), sizeof at);
            r->box[i].arrived_s = (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
        }
    }
    return r->got;
}

/* The descriptor of RFC 7741 as vp8.parse reads it; 0 when it is cut or a key frame starts. */
static int descriptor(const unsigned char *data, int start, int end, int *picture_at, int *picture, int *tl0)
{
    int first = data[start], at = start + 1;
    *picture_at = *picture = *tl0 = 0;
    if (first & 0x80) {
        int flags = data[at++];
        if (flags & 0x80) {
            if (data[at] & 0x80) {
                *picture_at = start - at;
                *picture = (data[at] & 0x7F) << 8 | data[at + 1];
                at++;
            }
            at++;
        }
        if (flags & 0x40) {
            if (*picture_at) {
                *picture_at = -*picture_at;
                *tl0 = data[at];
            }
            at++;
        }
        if (flags & 0x30)
            at++;
    }
    if (at >= end)
        return 0;
    if (*picture_at)
        *picture_at += *picture_at > 0 ? HEADER : -HEADER;
    return (first & 0x17) != 0x10 || data[at] & 1;
}

static int rtp(srtp_fn unprotect, srtp_fn protect, sender *s, datagram *d, double now)
{
    unsigned char *data = d->bytes;
    int size = d->size, at, number = -1, value = 0, has_value = 0, picture_at = 0, picture = 0, tl0 = 0;
    uint32_t ssrc, sequence, timestamp, slot;
    double transit, moved;
    incoming *in = 0;
    unsigned char *packet;
    if (size < 28 || !s->open || unprotect(s->open, data, &size)) {
        s->unopened++;
        return NOTHING;
    }
    d->size = size;
    s->alive_at = now;
    sequence = get16(data + 2);
    timestamp = get32(data + 4);
    ssrc = get32(data + 8);
    at = 12 + ((data[0] & 15) << 2);
    if (data[0] & 0x10) {
        int end = at + 4 + (int)(get16(data + at + 2) << 2);
        if (end > size)
            return NOTHING;
        if (data[at] == 0xBE && data[at + 1] == 0xDE) {
            at += 4;
            while (at < end) {
                int head = data[at], id = head >> 4;
                if (id == s->twcc_id) {
                    if (number >= 0)
                        return OPENED;
                    number = (int)get16(data + at + 1);
                } else if (id == s->level_id || id == s->orientation_id) {
                    value = data[at + 1];
                    has_value = 1;
                } else if (!head) {
                    at++;
                    continue;
                }
                at += 2 + (head & 15);
            }
        }
        at = end;
    }
    if (data[0] & 0x20)
        size -= data[size - 1];
    for (int i = 0; i < s->count; i++)
        if (s->streams[i]->ssrc == ssrc) {
            in = s->streams[i];
            break;
        }
    if (!in || !in->fast || size <= at || ((sequence - in->highest) & 0xFFFF) != 1 ||
        (uint32_t)(size - at + HEADER) > in->room || now - in->last_at > RESTED_S || s->arrived == NUMBERS)
        return OPENED;
    if (in->video && !descriptor(data, at, size, &picture_at, &picture, &tl0))
        return OPENED;
    if (number >= 0) {
        s->numbers[s->arrived] = (uint16_t)number;
        s->times[s->arrived++] = d->arrived_s ? d->arrived_s : now;
    }
    if (!in->video && has_value && (value & 0x7F) < LOUD)
        in->loud++;
    if (sequence < in->highest)
        in->cycles++;
    transit = now * in->rate - timestamp;
    moved = transit > in->transit ? transit - in->transit : in->transit - transit;
    if (moved < SMALL_MOVE)
        in->jitter += (moved - in->jitter) / 16;
    in->transit = transit;
    in->highest = (uint16_t)sequence;
    in->timestamp = timestamp;
    in->arrived++;
    in->packets++;
    in->octets += size - at;
    in->last_at = now;
    if (picture_at) {
        in->picture = (uint16_t)picture;
        in->tl0 = (uint8_t)tl0;
    }
    slot = sequence & in->mask;
    packet = in->bytes + (size_t)slot * in->room;
    memset(packet, 0, HEADER);
    packet[0] = 0x90;
    packet[20] = (unsigned char)value;
    memcpy(packet + HEADER, data + at, (size_t)(size - at));
    in->index[slot].timestamp = timestamp;
    in->index[slot].sequence = (uint16_t)sequence;
    in->index[slot].size = (uint16_t)(size - at + HEADER);
    in->index[slot].picture_at = (int16_t)picture_at;
    in->index[slot].marker = data[1] >> 7;
    in->index[slot].known = 1;
    queue(protect, in->targets, in->count, packet, size - at + HEADER, data[1] >> 7, (int)sequence, timestamp,
          picture_at, picture, tl0, has_value, now);
    return NOTHING;
}

static int take_until(srtp_fn unprotect, srtp_fn protect, place *places, reader *from, double now)
{
    for (;;) {
        datagram *d;
        place *p;
        if (from->at >= from->got) {
            int whole = from->got == IN_BATCH;
            from->got = from->at = 0;
            if (from->left <= 0 || (from->left < 128 && !whole) || fill(from) == 0)
                return NOTHING;
        }
        d = from->box + from->at++;
        from->left--;
        if (d->size < 2 || d->bytes[0] < 128 || d->bytes[0] > 191 || (d->bytes[1] > 191 && d->bytes[1] < 224))
            return RAW;
        p = find(places, d->address, d->address_size);
        if (!p || !p->who)
            return RAW;
        if (rtp(unprotect, protect, p->who, d, now) == OPENED)
            return OPENED;
    }
}

/* Takes what waits, at most `left` datagrams; RAW or OPENED when Python must see the one before `at`. Everything
   is sent by then: Python may change who gets what. */
static int take_in(srtp_fn unprotect, srtp_fn protect, place *places, reader *from, double now)
{
    int found = take_until(unprotect, protect, places, from, now);
    flush();
    return found;
}
