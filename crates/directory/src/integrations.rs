//! Integration associations. The one that is built is the scanner of attachments (spec 01 §13.3).

use serde_json::Value;

use crate::body::Body;
use crate::directory::Directory;
use crate::error::{Code, DirectoryError, Result};
use crate::input::inputs;
use crate::rows::{Row, Rows};

/// The type of the association that names the scanner.
pub const FILE_SCANNER: &str = "FILE_SCANNER";

inputs! {
    /// `CreateIntegrationAssociation`. The scanner's `IntegrationArn` is an address that takes HTTP requests.
    CreateIntegrationAssociation {
        integration_type: String,
        integration_arn: String,
        source_application_url: Option<String>,
        source_application_name: Option<String>,
        source_type: Option<String>,
        tags: Option<model::resource::Tags>,
    }
    /// `ListIntegrationAssociations`.
    ListIntegrationAssociations { integration_type: Option<String>, integration_arn: Option<String> }
    /// `DeleteIntegrationAssociation`.
    DeleteIntegrationAssociation { integration_association_id: String }
}

impl Directory {
    /// `CreateIntegrationAssociation`: every attachment goes to the scanner before anybody sees it.
    pub fn create_integration_association(&mut self, input: CreateIntegrationAssociation) -> Result<Value> {
        self.mine(&input)?;
        if input.integration_type != FILE_SCANNER {
            return Err(DirectoryError::request(format!(
                "Integrations of the type {} are not built; {FILE_SCANNER} is.",
                input.integration_type
            )));
        }
        let address = input.integration_arn;
        if !address.starts_with("http://") && !address.starts_with("https://") || address.len() > 140 {
            return Err(DirectoryError::request(
                "IntegrationArn must be an http:// or https:// address of at most 140 characters that scans files.",
            ));
        }
        if self.instance.attachment_scanner.is_some() {
            return Err(DirectoryError::new(
                Code::DuplicateResource,
                "The instance has a scanner already. Delete its association first.",
            ));
        }
        self.instance.attachment_scanner = Some(address);
        self.save_instance();
        Ok(self.scanner_association().build())
    }

    /// `ListIntegrationAssociations`.
    pub fn list_integration_associations<'a>(
        &'a self,
        input: &ListIntegrationAssociations,
        after: Option<&str>,
    ) -> Result<Rows<'a>> {
        self.mine(input)?;
        let wanted = input.integration_type.as_deref().is_none_or(|kind| kind == FILE_SCANNER);
        let scanner = self.instance.attachment_scanner.as_deref().filter(|address| {
            wanted
                && after.is_none()
                && input.integration_arn.as_deref().is_none_or(|other| other == *address)
        });
        Ok(Rows::new(scanner.into_iter().map(move |address| {
            Row::new(self.scanner_id(), None, move || {
                self.scanner_association()
                    .text("InstanceId", self.instance.id)
                    .set("IntegrationType", FILE_SCANNER)
                    .set("IntegrationArn", address)
                    .build()
            })
        })))
    }

    /// `DeleteIntegrationAssociation`: attachments are accepted unscanned again.
    pub fn delete_integration_association(&mut self, input: DeleteIntegrationAssociation) -> Result<()> {
        self.mine(&input)?;
        if input.integration_association_id != self.scanner_id() || self.instance.attachment_scanner.is_none()
        {
            return Err(DirectoryError::not_found("The instance has no such integration association."));
        }
        self.instance.attachment_scanner = None;
        self.save_instance();
        Ok(())
    }

    fn scanner_id(&self) -> String {
        format!("file-scanner-{}", self.instance.id)
    }

    fn scanner_association(&self) -> Body {
        let id = self.scanner_id();
        let arn = format!("{}/integration-association/{id}", self.scope.instance_arn());
        Body::new().set("IntegrationAssociationId", id).set("IntegrationAssociationArn", arn)
    }
}
