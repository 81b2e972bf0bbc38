//! What flows play to the parties of a call, and the keys they ask for.

use flows::{FlowError, KeysRequest, Message, Resume, Said};
use model::{ContactId, ParticipantId};
use uuid::Uuid;

use crate::call::{CallCommand, KeyRules, Voice};
use crate::contact::{Contact, Purpose};
use crate::core::Core;
use crate::cx::Cx;

/// Longest time that one prompt may play; a flow does not wait for ever for telephony.
pub(crate) const LONGEST_SOUND_MS: u64 = 10 * 60 * 1000;

/// Something that a flow has asked telephony for and waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// Named by the event that ends it.
    pub id: Uuid,
    /// Who hears it.
    pub party: ParticipantId,
    /// The contact whose flow waits.
    pub contact: ContactId,
    /// Which of its flows.
    pub purpose: Purpose,
    /// What was asked for, to be asked for again when the party's sound was lost and is back.
    pub command: CallCommand,
}

impl Core {
    /// Plays a message of a flow to the party that the flow speaks to.
    pub(crate) fn play(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        purpose: Purpose,
        message: Message,
    ) -> Result<Said, FlowError> {
        self.check_sound(&message)?;
        let (party, voice) = self.listener(id, purpose)?;
        let play = cx.id();
        let command = CallCommand::Play { party, play, sounds: vec![message], voice, repeat: false };
        self.begin_sound(Sound { id: play, party, contact: id, purpose, command });
        Ok(Said::Playing)
    }

    /// Plays prompts over and over, until something else is played or stopped.
    pub(crate) fn loop_sounds(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        purpose: Purpose,
        messages: Vec<Message>,
    ) -> Result<(), FlowError> {
        messages.iter().try_for_each(|message| self.check_sound(message))?;
        let (party, voice) = self.listener(id, purpose)?;
        let play = cx.id();
        let command = CallCommand::Play { party, play, sounds: messages, voice, repeat: true };
        self.begin_sound(Sound { id: play, party, contact: id, purpose, command });
        Ok(())
    }

    /// Asks for keys.
    pub(crate) fn gather(
        &mut self,
        cx: &mut Cx,
        id: ContactId,
        purpose: Purpose,
        request: KeysRequest,
    ) -> Result<(), FlowError> {
        request.prompt.iter().try_for_each(|prompt| self.check_sound(prompt))?;
        let (party, voice) = self.listener(id, purpose)?;
        let gather = cx.id();
        let keys = KeyRules {
            first_ms: request.first_ms,
            between_ms: request.between_ms,
            most: request.most,
            terminator: request.terminator,
            cancel_key: request.cancel_key,
        };
        let sounds = request.prompt.into_iter().collect();
        let command = CallCommand::Gather { party, gather, sounds, voice, keys };
        self.begin_sound(Sound { id: gather, party, contact: id, purpose, command });
        Ok(())
    }

    /// What a flow waits for has ended.
    pub(crate) fn sound_over(&mut self, cx: &mut Cx, chain: ContactId, id: Uuid, resume: Resume) {
        let Some(chain) = self.chains.get_mut(&chain) else { return };
        let Some(place) = chain.sounds.iter().position(|sound| sound.id == id) else { return };
        let sound = chain.sounds.swap_remove(place);
        let flow = self.contacts.get(&sound.contact).and_then(|contact| contact.flow.as_ref());
        // The flow that asked may have ended, and another one waits for something else.
        if flow.is_some_and(|flow| flow.purpose == sound.purpose) {
            self.run_flow(cx, sound.contact, resume);
        }
    }

    /// Stops what plays to a party, or to the customer where none is named.
    pub(crate) fn stop_sound(&mut self, chain: ContactId, party: Option<ParticipantId>) {
        let Some(chain) = self.chains.get_mut(&chain) else { return };
        let customer = chain.customer.as_ref().map(|customer| customer.participant);
        let Some(party) = party.or(customer) else { return };
        chain.sounds.retain(|sound| sound.party != party);
        self.call(CallCommand::Stop { party });
    }

    /// A new sound for a party takes the place of the one before.
    fn begin_sound(&mut self, sound: Sound) {
        self.call(sound.command.clone());
        let chain = self.contacts.get(&sound.contact).map(|contact| contact.chain);
        if let Some(chain) = chain.and_then(|chain| self.chains.get_mut(&chain)) {
            chain.sounds.retain(|other| other.party != sound.party);
            chain.sounds.push(sound);
        }
    }

    /// A party's sound is back: what it was to hear begins again.
    pub(crate) fn resume_sound(&mut self, chain: ContactId, party: ParticipantId) {
        let Some(chain) = self.chains.get(&chain) else { return };
        let commands: Vec<CallCommand> = chain
            .sounds
            .iter()
            .filter(|sound| sound.party == party)
            .map(|sound| sound.command.clone())
            .collect();
        commands.into_iter().for_each(|command| self.call(command));
    }

    /// Refuses what cannot be played, before anybody waits for it.
    fn check_sound(&self, message: &Message) -> Result<(), FlowError> {
        match message {
            Message::Prompt(name) => {
                let known = model::arn::id_part(name).parse().ok().and_then(|id| self.directory.prompt(id));
                known.map(|_| ()).ok_or_else(|| FlowError::NotFound { kind: "prompt", name: name.clone() })
            }
            Message::Interactive(_) => Err(FlowError::Channel(model::Channel::Voice)),
            _ => Ok(()),
        }
    }

    /// The party that a flow speaks to, and the voice it speaks with.
    fn listener(&self, id: ContactId, purpose: Purpose) -> Result<(ParticipantId, Voice), FlowError> {
        let gone = || FlowError::Refused("nobody is there to hear it".to_owned());
        let contact = self.contacts.get(&id).ok_or_else(gone)?;
        let agent = |contact: &Contact| contact.agent.as_ref().map(|part| part.participant);
        let party = match purpose {
            Purpose::AgentWhisper => agent(contact),
            Purpose::Transfer => {
                let source =
                    contact.transfer_from.as_ref().and_then(|source| self.contacts.get(&source.contact));
                source.and_then(agent)
            }
            _ => self
                .chains
                .get(&contact.chain)
                .and_then(|chain| chain.customer.as_ref())
                .map(|customer| customer.participant),
        };
        let mut voice = contact.voice.clone();
        voice.language = contact.language_code.clone();
        Ok((party.ok_or_else(gone)?, voice))
    }
}
