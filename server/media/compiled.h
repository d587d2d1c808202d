/* What the compiled helper and its Python side (compiled.py, swift.py) share. Read by the C compiler and by
   cffi, which knows no preprocessor: the numbers stand here as they are, and `shape` tells the two sides apart
   when one of them is older. */

typedef int (*srtp_fn)(void *context, void *packet, int *length);

typedef struct {
    int up;                 /* 0: nothing is sent */
    int socket;             /* a UDP socket */
    uint32_t address_size;
    char address[32];
    uint32_t number;        /* last transport-wide number */
    uint32_t drops;
    double sent[4096];      /* when each number was sent */
} subscriber;

typedef struct {
    subscriber *to;
    void *seal;             /* SRTP context of the slot section */
    uint32_t ssrc, timestamps;
    uint16_t sequences, pictures;
    uint8_t tl0s, plain, marked, wide_byte, level_byte;
} target;

typedef struct {
    uint32_t timestamp;
    uint16_t sequence, size;
    int16_t picture_at;
    uint8_t marker, known;
} kept;

typedef struct {
    uint32_t ssrc, rate, timestamp, cycles, loud;
    uint16_t highest, picture;
    uint8_t tl0, video;
    int fast;               /* 0: every packet is Python's */
    int count;
    target *targets;
    int64_t arrived, packets, octets;
    double last_at, jitter, transit;
    uint32_t mask, room;    /* of the history: size - 1, bytes a packet */
    kept *index;
    unsigned char *bytes;
} incoming;

typedef struct {
    void *open;             /* SRTP context; NULL: nothing is taken */
    uint8_t level_id, twcc_id, orientation_id;
    int count;
    incoming *streams[12];
    uint32_t unopened;
    double alive_at;
    int arrived;
    uint16_t numbers[512];  /* transport-wide numbers that came since Python looked, */
    double times[512];      /* and when */
} sender;

typedef struct {
    uint32_t address_size;
    char address[32];
    sender *who;
} place;

typedef struct {
    int size;
    uint32_t address_size;
    char address[32];
    double arrived_s;
    unsigned char bytes[2304];
} datagram;

typedef struct {
    int socket, got, at, left;
    int limit;              /* bytes of a datagram that are taken */
    datagram box[32];
} reader;

static int shape(void);
static void fan_out(srtp_fn protect, target *targets, int count, const unsigned char *packet, int size,
                    int marker, int sequence, uint32_t timestamp, int picture_at, int picture, int tl0,
                    int has_value, double now);
static int know(place *places, const char *address, uint32_t size, sender *who);
static int take_in(srtp_fn unprotect, srtp_fn protect, place *places, reader *from, double now);
