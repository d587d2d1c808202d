/* One packet to many subscribers: what server/media/fanout.py's fan_out does, without the interpreter.

   The canonical packet and every field written here are laid out as that file says; a test holds both to the
   same bytes. Encryption is the caller's own libsrtp, reached through a pointer: a second copy of the library
   would know nothing of its contexts. Single thread, nothing blocks, nothing is allocated. */

#define SENT 4096
#define BATCH 64
#define ROOM 2304
#define MOST 2048

/* What is ready to be sent. Handing many packets to the kernel in one go wakes a sleeping reader at the other
   end of this machine, or the driver of a network card, once and not again and again. */
static unsigned char buffers[BATCH][ROOM];
static struct mmsghdr messages[BATCH];
static struct iovec vectors[BATCH];
static subscriber *of[BATCH];
static int ready;

static void put16(unsigned char *at, uint32_t value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void put32(unsigned char *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

/* Sends what is ready; what a full socket does not take is dropped, as a full network would. */
static void flush(void)
{
    int done = 0;
    while (done < ready) {
        int fd = of[done]->socket, end = done + 1, sent;
        while (end < ready && of[end]->socket == fd)
            end++;
        sent = sendmmsg(fd, messages + done, (unsigned)(end - done), MSG_DONTWAIT);
        if (sent > 0) {
            done += sent;
        } else if (errno != EINTR) {
            of[done]->drops++;
            done++;
        }
    }
    ready = 0;
}

/* Makes one packet ready for all of `targets`; sends only when there is no room for more. */
static void queue(srtp_fn protect, target *targets, int count, const unsigned char *packet, int size,
                  int marker, int sequence, uint32_t timestamp, int picture_at, int picture, int tl0,
                  int has_value, double now)
{
    if (size < 24 || size > MOST)
        return;
    for (int i = 0; i < count; i++) {
        target *t = targets + i;
        subscriber *s = t->to;
        unsigned char *out = buffers[ready];
        int length = size;
        if (!s->up)
            continue;
        s->number = (s->number + 1) & 0xFFFF;
        memcpy(out, packet, (size_t)size);
        out[1] = marker ? t->marked : t->plain;
        put16(out + 2, (uint32_t)(sequence + t->sequences));
        put32(out + 4, timestamp + t->timestamps);
        put32(out + 8, t->ssrc);
        put32(out + 12, 0xBEDE0002);
        out[16] = t->wide_byte;
        put16(out + 17, s->number);
        out[19] = has_value ? t->level_byte : 0;
        if (picture_at > 0) {
            put16(out + picture_at, (uint32_t)((picture + t->pictures) & 0x7FFF) | 0x8000);
            out[picture_at + 2] = (unsigned char)(tl0 + t->tl0s);
        } else if (picture_at) {
            put16(out - picture_at, (uint32_t)((picture + t->pictures) & 0x7FFF) | 0x8000);
        }
        if (protect(t->seal, out, &length)) {
            s->drops++;
            continue;
        }
        s->sent[s->number & (SENT - 1)] = now;
        vectors[ready].iov_base = out;
        vectors[ready].iov_len = (size_t)length;
        memset(&messages[ready].msg_hdr, 0, sizeof messages[ready].msg_hdr);
        messages[ready].msg_hdr.msg_name = s->address;
        messages[ready].msg_hdr.msg_namelen = s->address_size;
        messages[ready].msg_hdr.msg_iov = vectors + ready;
        messages[ready].msg_hdr.msg_iovlen = 1;
        of[ready++] = s;
        if (ready == BATCH)
            flush();
    }
}

static void fan_out(srtp_fn protect, target *targets, int count, const unsigned char *packet, int size,
                    int marker, int sequence, uint32_t timestamp, int picture_at, int picture, int tl0,
                    int has_value, double now)
{
    queue(protect, targets, count, packet, size, marker, sequence, timestamp, picture_at, picture, tl0, has_value,
          now);
    flush();
}
