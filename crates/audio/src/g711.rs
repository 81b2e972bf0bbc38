//! G.711: µ-law and A-law, by the arithmetic of ITU-T G.191.

/// Which of the two logarithmic codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// µ-law (PCMU), North America and Japan.
    Mu,
    /// A-law (PCMA), elsewhere.
    A,
}

impl Law {
    /// The code of silence.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xFF,
            Self::A => 0xD5,
        }
    }

    /// The code of one sample.
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => mu_encode(sample),
            Self::A => a_encode(sample),
        }
    }

    /// The sample of one code.
    pub const fn decode(self, code: u8) -> i16 {
        match self {
            Self::Mu => MU[code as usize],
            Self::A => A[code as usize],
        }
    }
}

/// The codes of samples.
pub fn encode(law: Law, samples: &[i16]) -> Vec<u8> {
    samples.iter().map(|&sample| law.encode(sample)).collect()
}

/// The samples of codes.
pub fn decode(law: Law, codes: &[u8]) -> Vec<i16> {
    codes.iter().map(|&code| law.decode(code)).collect()
}

const MU: [i16; 256] = table(Law::Mu);
const A: [i16; 256] = table(Law::A);

const fn table(law: Law) -> [i16; 256] {
    let mut samples = [0; 256];
    let mut code = 0;
    while code < 256 {
        samples[code] = match law {
            Law::Mu => mu_decode(code as u8),
            Law::A => a_decode(code as u8),
        };
        code += 1;
    }
    samples
}

/// What is added to magnitudes of 14 bits so that every segment begins at a power of two.
const MU_BIAS: i16 = 33;

const fn mu_encode(sample: i16) -> u8 {
    let magnitude = (if sample < 0 { !sample } else { sample } >> 2) + MU_BIAS;
    let magnitude = if magnitude > 0x1FFF { 0x1FFF } else { magnitude };
    // Seven to fourteen bits: segments one to eight.
    let segment = 16 - (magnitude >> 6).leading_zeros() as u8 + 1;
    let code = (8 - segment) << 4 | (0xF - (magnitude >> segment & 0xF) as u8);
    if sample >= 0 { code | 0x80 } else { code }
}

const fn mu_decode(code: u8) -> i16 {
    let exponent = !code >> 4 & 7;
    let mantissa = (!code & 0xF) as i16;
    let step = 8 << exponent;
    let magnitude = (0x80 << exponent) + step * mantissa + step / 2 - 4 * MU_BIAS;
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

const fn a_encode(sample: i16) -> u8 {
    let mut mantissa = if sample < 0 { !sample } else { sample } >> 4;
    if mantissa > 15 {
        let mut exponent = 1;
        while mantissa > 31 {
            mantissa >>= 1;
            exponent += 1;
        }
        mantissa = mantissa - 16 + (exponent << 4);
    }
    let sign = if sample >= 0 { 0x80 } else { 0 };
    (mantissa as u8 | sign) ^ 0x55
}

const fn a_decode(code: u8) -> i16 {
    let bits = code ^ 0x55;
    let exponent = bits >> 4 & 7;
    let mantissa = (bits & 0xF) as i16;
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        _ => (((mantissa + 16) << 4) + 8) << (exponent - 1),
    };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}
